#include <natscreds/bus/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::bus {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::no_responders:
            return "nobody answers on this subject";
        case Errc::timeout:
            return "no answer in time";
        case Errc::not_authorized:
            return "the server does not accept these credentials";
        case Errc::cannot_connect:
            return "cannot connect";
        case Errc::permission_denied:
            return "the credentials do not allow it";
        case Errc::closed:
            return "the connection is closed";
        case Errc::draining:
            return "the connection is being closed";
        case Errc::disconnected:
            return "the connection is lost for now";
        case Errc::too_large:
            return "the message is larger than the server takes";
        case Errc::slow_consumer:
            return "messages come faster than they are handled, and some are lost";
        case Errc::bad_subject:
            return "this is not a usable subject";
        case Errc::bad_option:
            return "this setting cannot be used";
        case Errc::bad_key:
            return "this is not a usable key";
        case Errc::key_exists:
            return "the key exists";
        case Errc::wrong_revision:
            return "the key has been changed meanwhile";
        case Errc::no_bucket:
            return "there is no such key-value bucket";
        case Errc::failed:
            return "the NATS client library failed";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("bus", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::bus
