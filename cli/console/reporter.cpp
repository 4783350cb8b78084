#include <natscreds/cli/console/reporter.h>

#include <ostream>

#include <natscreds/base/masked.h>
#include <natscreds/bus/errc.h>

namespace natscreds::console {
namespace {

void append_escaped(std::string& line, unsigned char control) {
    constexpr std::string_view digits = "0123456789abcdef";
    line.append("\\x");
    line += digits[control / 16];
    line += digits[control % 16];
}

/// One line and no escape sequences, whoever wrote the text.
std::string printable(std::string_view text) {
    constexpr unsigned char delete_character = 0x7f;
    std::string line;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < ' ' || byte == delete_character) {
            append_escaped(line, byte);
        } else {
            line += character;
        }
    }
    return line;
}

/// The server is there, and the detail says what is in the way.
bool is_about_certificates(std::string_view detail) {
    return detail.find("--tls") != std::string_view::npos ||
           detail.find("certificate") != std::string_view::npos;
}

/// One write a line, so that lines of two threads do not mix.
void write_line(std::ostream& err, std::string_view begin, std::string_view text) {
    err << (std::string(begin) + ": " + printable(base::masked(text)) + "\n") << std::flush;
}

}  // namespace

void Reporter::message(std::string_view text) const {
    write_line(err_, program_, text);
}

void Reporter::hint(std::string_view text) const {
    write_line(err_, "hint", text);
}

ExitCode Reporter::failed(const base::Error& error) const {
    message(error.message());
    if (const std::string_view known = hint_for(error); !known.empty()) hint(known);
    return exit_code(error.code);
}

ExitCode Reporter::cannot_connect(const base::Error& error) const {
    const ExitCode code = failed(error);
    return code == ExitCode::refused ? ExitCode::not_connected : code;
}

ExitCode Reporter::wrong_usage(std::string_view text) const {
    message(text);
    hint(program_ + " --help");
    return ExitCode::usage;
}

std::string_view hint_for(const base::Error& error) noexcept {
    if (error.code == bus::Errc::no_responders)
        return "the service must be running, in the same account, on the same subject";
    if (error.detail.find("maximum account active connections exceeded") != std::string::npos)
        return "the account may have no room for more; where a callout decides who may connect, it may have "
               "refused: its log says why";
    if (error.code == bus::Errc::timeout) return "wait longer with --timeout";
    if (error.code == bus::Errc::cannot_connect && is_about_certificates(error.detail)) return {};
    if (error.code == bus::Errc::cannot_connect)
        return "-s URL chooses the server; --show-config shows the settings";
    if (error.code == bus::Errc::not_authorized)
        return "--creds FILE chooses the credentials; nsctl explain --creds FILE -s URL says why they are "
               "refused";
    if (error.code == bus::Errc::bad_option)
        return "--show-config shows the settings, and where each comes from";
    if (error.code != bus::Errc::permission_denied) return {};
    if (error.detail.find("to \"_INBOX") != std::string::npos)
        return "--inbox-prefix chooses where replies come to; the credentials must allow it";
    return "nsctl explain --creds FILE --publish SUBJECT shows what the credentials allow";
}

}  // namespace natscreds::console
