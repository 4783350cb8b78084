#include <support/made_certificates.h>

#include <stdexcept>

#include <support/process.h>

namespace natscreds::support {
namespace {

const std::string new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";

}  // namespace

MadeAuthority::MadeAuthority(const std::string& name) {
    openssl("openssl req -x509 " + new_key + "-days 30 -subj /CN=" + name +
            " -addext keyUsage=critical,keyCertSign -keyout ca-key.pem -out ca.pem");
}

MadeAuthority::MadeAuthority(const std::string& name, const MadeAuthority& by, Signs signs) {
    const std::string ca = signs == Signs::yes ? "CA:TRUE" : "CA:FALSE";
    folder_.write("ext", "basicConstraints=critical," + ca + "\n");
    openssl("openssl req " + new_key + "-subj /CN=" + name + " -keyout ca-key.pem -out csr");
    openssl("openssl x509 -req -in csr -CA " + by.file("ca.pem") + " -CAkey " + by.file("ca-key.pem") +
            " -CAcreateserial -days 30 -extfile ext -out ca.pem");
}

std::string MadeAuthority::issue(const Wanted& wanted) const {
    std::string extensions = "basicConstraints=critical,CA:FALSE\n";
    if (!wanted.usage.empty()) extensions += "extendedKeyUsage=" + wanted.usage + "\n";
    if (!wanted.names.empty()) extensions += "subjectAltName=" + wanted.names + "\n";
    folder_.write("ext", extensions);
    openssl("openssl req " + new_key + "-subj '" + wanted.subject + "' -keyout client-key.pem -out csr");
    openssl("openssl x509 -req -in csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days " +
            std::to_string(wanted.days) + " -extfile ext -out client.pem");
    return read_text(folder_ / "client.pem");
}

void MadeAuthority::openssl(const std::string& line) const {
    const Outcome made = run({.argv = {"sh", "-ec", line}, .folder = folder_.path()});
    if (made.exit_code != 0) throw std::runtime_error(line + ":\n" + made.err);
}

}  // namespace natscreds::support
