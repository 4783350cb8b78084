#include <natscreds/cli/console/exit_code.h>

#include <natscreds/bus/errc.h>

namespace natscreds::console {

ExitCode exit_code(const std::error_code& error) noexcept {
    if (error.category() != bus::make_error_code(bus::Errc::failed).category()) return ExitCode::refused;
    switch (static_cast<bus::Errc>(error.value())) {
        case bus::Errc::no_responders:
            return ExitCode::no_responders;
        case bus::Errc::timeout:
            return ExitCode::timeout;
        case bus::Errc::not_authorized:
        case bus::Errc::cannot_connect:
        case bus::Errc::permission_denied:
        case bus::Errc::closed:
        case bus::Errc::draining:
        case bus::Errc::disconnected:
            return ExitCode::not_connected;
        case bus::Errc::bad_subject:
        case bus::Errc::bad_option:
            return ExitCode::usage;
        case bus::Errc::too_large:
        case bus::Errc::slow_consumer:
        case bus::Errc::bad_key:
        case bus::Errc::key_exists:
        case bus::Errc::wrong_revision:
        case bus::Errc::no_bucket:
        case bus::Errc::failed:
            return ExitCode::refused;
    }
    return ExitCode::refused;
}

}  // namespace natscreds::console
