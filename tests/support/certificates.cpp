#include <support/certificates.h>

#include <list>
#include <stdexcept>

#include <support/process.h>
#include <support/programs.h>

namespace natscreds::support {
namespace {

void run_in(const std::filesystem::path& folder, const std::string& line) {
    const Outcome outcome = run({.argv = {"bash", "-ec", line}, .folder = folder});
    if (outcome.exit_code != 0) throw std::runtime_error(line + ":\n" + outcome.err);
}

}  // namespace

/// Thirty keys and certificates take longer than most tests that need them.
struct Certificates::Made {
    Made() { run_in(folder.path(), source_root() + "/conf/tls/make-certs"); }

    TempDir folder;
    bool taken = false;
};

Certificates::Made& Certificates::take() {
    static std::list<Made> all;
    for (Made& made : all) {
        if (!made.taken) return made;
    }
    return all.emplace_back();
}

Certificates::Certificates() : made_(take()) {
    std::filesystem::copy(made_.folder.path(), folder_.path(), std::filesystem::copy_options::recursive);
    made_.taken = true;
}

Certificates::~Certificates() {
    made_.taken = false;
}

bus::ConnectionOptions Certificates::client(const std::string& url, const std::string& name) const {
    bus::ConnectionOptions options;
    options.servers = {url};
    options.tls_ca = file("ca.pem");
    if (name.empty()) return options;
    options.tls_cert = file(name + ".pem");
    options.tls_key = file(name + "-key.pem");
    return options;
}

void Certificates::expire(const std::string& name) const {
    run_in(folder_ / "tls", "openssl req -new -config " + name + ".cnf -key " + name +
                                "-key.pem -out csr && openssl x509 -req -in csr -CA ca.pem -CAkey ca-key.pem "
                                "-CAcreateserial -days -1 -extfile " +
                                name + ".cnf -extensions extensions -out new && mv new " + name + ".pem");
}

}  // namespace natscreds::support
