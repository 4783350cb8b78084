#include <support/talker.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace natscreds::support {
namespace {

/// Open for reading too, so that it neither waits for the chat nor ends before it.
int make_pipe(const std::string& path) {
    const bool made = mkfifo(path.c_str(), 0600) == 0;
    const int descriptor = made ? open(path.c_str(), O_RDWR | O_CLOEXEC) : -1;
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path);
    return descriptor;
}

Command reading(Command command, const std::string& path) {
    const std::vector<std::string> script{"/bin/sh", "-c", "exec \"$@\" < " + path, "sh"};
    command.argv.insert(command.argv.begin(), script.begin(), script.end());
    return command;
}

}  // namespace

Talker::Talker(const Command& command) : Talker(command, Unconnected::yes) {
    sees("connected to");
}

Talker::Talker(const Command& command, Unconnected)
    : pipe_(make_pipe(folder_ / "input")), process_(reading(command, folder_ / "input")) {}

std::vector<std::unique_ptr<Talker>> Talker::start(const std::vector<Command>& commands) {
    std::vector<std::unique_ptr<Talker>> talkers;
    for (const Command& command : commands)
        talkers.push_back(std::unique_ptr<Talker>(new Talker(command, Unconnected::yes)));
    for (const auto& talker : talkers)
        talker->sees("connected to");
    return talkers;
}

Talker::~Talker() {
    close(pipe_);
}

void Talker::type(const std::string& line) const {
    const std::string typed = line + "\n";
    const ssize_t written = write(pipe_, typed.data(), typed.size());
    if (written != static_cast<ssize_t>(typed.size()))
        throw std::system_error(errno, std::generic_category(), "typing");
}

}  // namespace natscreds::support
