#include "shared/token_file.h"

#include <istream>
#include <iterator>

#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

constexpr std::size_t max_token_bytes = 2 * 1024 * 1024;

base::Result<std::string> whole_text(const Session& session, const std::string& file) {
    if (file != "-") return base::read_file(file, max_token_bytes);
    std::istream& in = session.world().in;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

base::Result<std::string> token_text(const Session& session, const std::string& file) {
    const base::Result<std::string> text = whole_text(session, file);
    if (!text) return text.error();
    base::Result<std::string> token = jwt::find_token(*text);
    if (!token) return base::Error{Errc::no_token, file == "-" ? "standard input" : file};
    return token;
}

}  // namespace natscreds::nsctl
