// A file of passwords is refused or read, and what is read is written as it was.
#include <cstdint>
#include <string>

#include <natscreds/base/bytes.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/password_file.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto file = PasswordFile::parse(text);
    if (!file) {
        fuzz::require(file.error().code == Errc::bad_password_file);
        return 0;
    }
    const auto again = PasswordFile::parse(file->text());
    fuzz::require(again && again->text() == file->text() && again->users() == file->users());
    for (const std::string& user : file->users())
        fuzz::require(PasswordFile::is_user(user) && base::is_password_hash(file->hash_of(user)));
    return 0;
}
