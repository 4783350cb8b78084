#include <natscreds/https/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::https {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::unreachable:
            return "no answer over HTTPS";
        case Errc::too_large:
            return "the answer is longer than it can be";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("https", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::https
