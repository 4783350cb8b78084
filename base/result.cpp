#include <natscreds/base/result.h>

#include <cstdio>
#include <cstdlib>

#include <natscreds/base/masked.h>

namespace natscreds::base {

std::string Error::message() const {
    if (detail.empty()) return code.message();
    // A person may have given the content of a file where its name was asked for.
    return masked(detail) + ": " + code.message();
}

Error Error::within(std::string_view context) const {
    std::string joined(context);
    if (!detail.empty()) joined.append(": ").append(detail);
    return {code, std::move(joined)};
}

void abort_on_unchecked_access(const Error* error) noexcept {
    const std::string text = error != nullptr ? error->message() : "the error of a result that has a value";
    std::fprintf(stderr, "unchecked Result: %s\n", text.c_str());
    std::abort();
}

bool is_of_system(const std::error_code& code) noexcept {
    return code.category() == std::generic_category() || code.category() == std::system_category();
}

}  // namespace natscreds::base
