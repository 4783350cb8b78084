#include <support/kubernetes_server.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <support/loopback.h>

namespace natscreds::support {
namespace {

/// Of a machine that is busy with other tests; it takes three seconds of a whole core.
constexpr std::chrono::seconds start_patience{90};

/// The authority, the API server's certificate and the administrator's, and the administrator's kubeconfig.
constexpr std::string_view make_certificates = R"(
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
certificate() { # NAME SUBJECT SUBJECT-ALT-NAME
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$1.crt" \
    -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=%s\n' "$3")
}
key ca
openssl req -x509 -new -key ca.key -subj /CN=test-authority -days 2 -out ca.crt
certificate server /CN=kube-apiserver IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc
certificate admin /O=system:masters/CN=admin DNS:admin
cat >kubeconfig <<END
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "$url", certificate-authority: "$PWD/ca.crt"}}]
users: [{name: admin, user: {client-certificate: "$PWD/admin.crt", client-key: "$PWD/admin.key"}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
END
)";

constexpr std::string_view anonymous_discovery = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: anonymous-discovery}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:service-account-issuer-discovery"}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
)";

std::string binary(const std::string& name) {
    const std::filesystem::path path = std::filesystem::path(NATSCREDS_KUBERNETES_DIR) / "bin" / name;
    if (!std::filesystem::exists(path))
        throw std::runtime_error(path.string() + " is missing: run scripts/setup --kubernetes");
    return path.string();
}

std::string at_loopback(const ReservedPort& port) {
    return "http://127.0.0.1:" + std::to_string(port.number());
}

void run_shell(const std::filesystem::path& folder, const std::string& script, const std::string& url = "") {
    const Outcome outcome =
        run({.argv = {"bash", "-euc", script}, .folder = folder, .environment = {{"url", url}}});
    if (outcome.exit_code != 0) throw std::runtime_error(script + ":\n" + outcome.err);
}

int new_socket() {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) throw std::system_error(errno, std::generic_category(), "socket");
    return made;
}

bool accepts(const ReservedPort& port) {
    const int connection = new_socket();
    const sockaddr_in address = loopback(port.number());
    const bool connected =
        connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(connection);
    return connected;
}

struct NamespacedName {
    std::string name_space;
    std::string name;
};

/// "NAMESPACE/NAME"; of "Pod/NAME" the kind and the name.
NamespacedName halves(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) throw std::runtime_error("'" + text + "' has no '/'");
    return {text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace

ReservedPort::ReservedPort() : socket_(new_socket()) {
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        const int reason = errno;
        close(socket_);
        throw std::system_error(reason, std::generic_category(), "a free port of 127.0.0.1");
    }
    number_ = ntohs(address.sin_port);
}

ReservedPort::~ReservedPort() {
    close(socket_);
}

KubernetesServer::KubernetesServer(TokenKey signs)
    : url_("https://127.0.0.1:" + std::to_string(port_.number())) {
    run_shell(folder_.path(), std::string(make_certificates), url_);
    make_key(signs);
    start_etcd();
    start();
}

/// What it stores goes with it, so that it need not end in order.
KubernetesServer::~KubernetesServer() {
    for (const auto& process : {api_server_.get(), etcd_.get()})
        if (process != nullptr && process->running()) process->signal(SIGKILL);
}

void KubernetesServer::make_key(TokenKey kind) {
    const std::string name = "service-accounts-" + std::to_string(keys_.size());
    const std::string made = kind == TokenKey::rsa
                                 ? "openssl genrsa -traditional -out " + name + ".key 2048"
                                 : "openssl ecparam -name prime256v1 -genkey -noout -out " + name + ".key";
    run_shell(folder_.path(), made + " && openssl pkey -in " + name + ".key -pubout -out " + name + ".pub");
    keys_.push_back(name);
}

void KubernetesServer::start_etcd() {
    const std::string clients = at_loopback(etcd_port_);
    const std::string peers = at_loopback(etcd_peer_port_);
    etcd_ = std::make_unique<Process>(
        Command{.argv = {binary("etcd"), "--name=test", "--data-dir=etcd", "--unsafe-no-fsync",
                         "--listen-client-urls=" + clients, "--advertise-client-urls=" + clients,
                         "--listen-peer-urls=" + peers, "--initial-advertise-peer-urls=" + peers,
                         "--initial-cluster=test=" + peers},
                .folder = folder_.path()});
}

std::vector<std::string> KubernetesServer::command_line() const {
    std::vector<std::string> argv{
        binary("kube-apiserver"), "--etcd-servers=" + at_loopback(etcd_port_), "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1", "--secure-port=" + std::to_string(port_.number()),
        "--tls-cert-file=server.crt", "--tls-private-key-file=server.key", "--client-ca-file=ca.crt",
        "--service-account-issuer=" + url_, "--service-account-signing-key-file=" + keys_.back() + ".key",
        "--api-audiences=" + url_, "--authorization-mode=RBAC", "--service-cluster-ip-range=10.99.0.0/24",
        // Pods are taken as by every newer server: their own token is a projected one.
        "--feature-gates=BoundServiceAccountTokenVolume=true"};
    for (const std::string& key : keys_)
        argv.push_back("--service-account-key-file=" + key + ".pub");
    return argv;
}

bool KubernetesServer::ready() const {
    return accepts(port_) && try_kubectl({"get", "--raw", "/readyz"}).exit_code == 0;
}

void KubernetesServer::start() {
    if (api_server_ != nullptr && api_server_->running()) return;
    api_server_ = std::make_unique<Process>(Command{.argv = command_line(), .folder = folder_.path()});
    const bool in_time = eventually([&] { return !api_server_->running() || ready(); }, start_patience);
    if (in_time && api_server_->running()) return;
    throw std::runtime_error("kube-apiserver does not serve:\n" + api_server_->err() + "--- etcd\n" +
                             etcd_->err());
}

void KubernetesServer::stop() {
    if (!api_server_->running()) return;
    api_server_->signal(SIGKILL);
    api_server_->wait();
}

void KubernetesServer::rotate_keys(TokenKey signs) {
    make_key(signs);
    stop();
    start();
}

void KubernetesServer::forget_older_keys() {
    keys_.erase(keys_.begin(), keys_.end() - 1);
    stop();
    start();
}

std::map<std::string, std::optional<std::string>> KubernetesServer::environment() const {
    const std::string folder = std::filesystem::path(binary("kubectl")).parent_path();
    const char* const path = std::getenv("PATH");
    return {{"PATH", folder + ":" + (path != nullptr ? path : "/usr/bin:/bin")},
            {"KUBECONFIG", kubeconfig()}};
}

Outcome KubernetesServer::try_kubectl(const std::vector<std::string>& words, const std::string& input) const {
    Command command{.argv = {binary("kubectl"), "--kubeconfig", kubeconfig(), "--cache-dir",
                             (folder_ / "kubectl").string()},
                    .input = input};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    return run(command);
}

std::string KubernetesServer::kubectl(const std::vector<std::string>& words, const std::string& input) const {
    const Outcome outcome = try_kubectl(words, input);
    if (outcome.exit_code == 0) return outcome.out;
    std::string said = "kubectl";
    for (const std::string& word : words)
        said += " " + word;
    throw std::runtime_error(said + ":\n" + outcome.err + outcome.out);
}

void KubernetesServer::apply(const std::string& manifest) const {
    kubectl({"apply", "-f", "-"}, manifest);
}

std::string KubernetesServer::token(const TokenOptions& options) const {
    const auto [name_space, name] = halves(options.service_account);
    nlohmann::json spec = {{"audiences", {options.audience}}, {"expirationSeconds", options.life.count()}};
    if (!options.bound_to.empty()) {
        const auto [kind, object] = halves(options.bound_to);
        spec["boundObjectRef"] = {{"apiVersion", "v1"}, {"kind", kind}, {"name", object}};
    }
    const nlohmann::json request = {
        {"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", spec}};
    const std::string path = "/api/v1/namespaces/" + name_space + "/serviceaccounts/" + name + "/token";
    const std::string answer = kubectl({"create", "--raw", path, "-f", "-"}, request.dump());
    return nlohmann::json::parse(answer).at("status").at("token");
}

void KubernetesServer::allow_anonymous_discovery() const {
    apply(std::string(anonymous_discovery));
}

}  // namespace natscreds::support
