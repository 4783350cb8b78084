#include <support/certificates.h>

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

Certificates::Certificates() {
    run_in(folder_.path(), source_root() + "/conf/tls/make-certs");
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
