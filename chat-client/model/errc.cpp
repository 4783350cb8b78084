#include <natscreds/chat-client/model/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::chat {
namespace {

const char* describe(Errc error) {
    switch (error) {
        case Errc::not_a_message:
            return "not a chat message";
        case Errc::bad_signature:
            return "not signed by the key that it names";
        case Errc::wrong_place:
            return "signed for another subject than it came on";
        case Errc::too_large:
            return "longer than a message may be";
        case Errc::bad_name:
            return "a name is one word of letters, digits, _ and -, of at most 63 characters";
        case Errc::unknown_setting:
            return "there is no such setting";
        case Errc::wrong_type:
            return "the value is of the wrong type";
        case Errc::bad_setting:
            return "the value makes no sense here";
        case Errc::key_taken:
            return "a key does one thing";
        case Errc::not_toml:
            return "this cannot be read as TOML";
        case Errc::not_rooms:
            return "this is not what a chat keeps of its rooms";
        case Errc::cannot_open:
            return "sealed for another curve key than is here";
        case Errc::not_sealed_state:
            return "this is not what a chat keeps of sealed messages";
    }
    return "unknown error";
}

}  // namespace

std::error_code make_error_code(Errc error) noexcept {
    static const base::ErrorCategory<Errc> category("natscreds.chat", describe);
    return {static_cast<int>(error), category};
}

}  // namespace natscreds::chat
