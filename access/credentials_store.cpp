#include <natscreds/access/credentials_store.h>

#include <natscreds/base/file.h>

namespace natscreds::access {

base::Result<jwt::Credentials> CredentialsFile::load() {
    return jwt::Credentials::load(path_);
}

base::Status CredentialsFile::save(const jwt::Credentials& credentials) {
    const base::Secret text = credentials.text();
    return base::write_file(path_, text.expose(), {.existing = base::Existing::replace});
}

}  // namespace natscreds::access
