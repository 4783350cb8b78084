#include "page_walk.h"

#include <csignal>
#include <regex>
#include <stdexcept>

#include <support/eventually.h>

#include "tls_server.h"

namespace natscreds::test {
namespace {

using namespace std::chrono_literals;

/// Each command comes with a NUL behind it, and is told to have ended; at the end of its input the shell ends what it
/// has left running, all of which is in its process group.
constexpr const char* reading = R"(exec 9<&0 </dev/null >>"$1/screen" 2>&1
echo $$ >"$1/pid"
trap : TERM
trap 'kill -TERM 0; wait; eval "$2"' EXIT
while IFS= read -r -d '' -u 9 typed; do
    printf '$ %s\n' "$typed"
    eval "$typed" 9<&-
    printf '\aended with %d\n' $?
done
)";

/// What a program says once it can be used.
const std::map<std::string, std::string> ready{
    {"nats-provisioner", "serving "}, {"nats-server", "Server is ready"}, {"nats-sub", "listening on"}};

/// A line without what differs from one machine, and one day, to another.
std::string kind_of(const std::string& line) {
    static const std::vector<std::pair<std::regex, std::string>> differing{
        {std::regex("\\b[A-Z][A-Z2-7]{55}\\b"), "KEY"},
        {std::regex("[A-Za-z0-9_-]{43}$"), "HASH"},
        {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}"), "TIME"},
        {std::regex("=[0-9.]+(µs|ms|s)"), "=SHORT"},
        {std::regex("\\bpid [0-9]+"), "pid N"},
        {std::regex("^[0-9]+ lines"), "N lines"},
        {std::regex(" +"), " "}};
    std::string kind = line;
    for (const auto& [what, name] : differing)
        kind = std::regex_replace(kind, what, name);
    return kind;
}

/// Whether the lines of a page stand in what was written, in the page's order.
bool shows(const std::string& written, const std::vector<std::string>& lines) {
    std::istringstream from(written);
    std::string line;
    for (const std::string& expected : lines) {
        if (expected == "...") continue;
        do {
            if (!std::getline(from, line)) return false;
        } while (kind_of(line) != kind_of(expected));
    }
    return true;
}

}  // namespace

PageWalk::PageWalk(const std::filesystem::path& folder, Exchanges exchanges, const std::string& at_end)
    : exchanges_(std::move(exchanges)), shell_(nullptr) {
    (void)outputs_.write("screen", "");
    const auto script = outputs_.write("reading", reading);
    (void)outputs_.write("at_end", at_end);
    const std::string start = "cd " + folder.string() + " && exec setsid bash " + script.string() + " " +
                              outputs_.path().string() + " \"$(cat " + (outputs_ / "at_end").string() + ")\"";
    shell_ = popen(start.c_str(), "we");
    if (shell_ == nullptr) throw std::runtime_error("no shell");
}

PageWalk::~PageWalk() {
    const int group = std::atoi(support::read_text(outputs_ / "pid").c_str());
    if (group > 0) (void)kill(-group, SIGTERM);  // a command that never ended
    pclose(shell_);
}

std::string PageWalk::screen() const {
    return support::read_text(outputs_ / "screen");
}

std::string PageWalk::exchanged(std::string text) const {
    for (const auto& [from, to] : exchanges_)
        text = replaced(text, from, to);
    return text;
}

int PageWalk::type(const std::string& command) {
    typed_at_ = screen().size();
    const std::string typed = exchanged(command);
    std::fwrite(typed.c_str(), 1, typed.size() + 1, shell_);
    std::fflush(shell_);
    sees("\aended with ");
    const std::string written = since_typed();
    if (command.ends_with("&")) {
        if (const auto found = ready.find(command.substr(0, command.find(' '))); found != ready.end())
            sees(found->second);
    }
    const std::size_t end = written.find("\aended with ");
    return std::atoi(written.c_str() + end + std::string("\aended with ").size());
}

void PageWalk::follow(const Shown& shown) {
    const int code = type(shown.command);
    std::vector<std::string> lines;
    for (const std::string& line : shown.output)
        lines.push_back(exchanged(line));
    const bool good =
        lines.empty() ? code == 0 : support::eventually([&] { return shows(since_typed(), lines); });
    if (!good) throw std::runtime_error("not as the page shows it: " + shown.command + "\n" + screen());
}

void PageWalk::sees(const std::string& text) {
    const auto seen = [&] { return since_typed().find(text) != std::string::npos; };
    if (!support::eventually(seen, 60s)) throw std::runtime_error("no \"" + text + "\" in\n" + screen());
}

}  // namespace natscreds::test
