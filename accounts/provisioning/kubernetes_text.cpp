#include "kubernetes_text.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>

namespace natscreds::accounts {
namespace {

/// What pods find where the chart of NATS is installed as "nats".
constexpr std::string_view usual_server = "nats://nats:4222";

std::string replaced_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// Each line this far from the left, as YAML has a text of several lines.
base::Secret indented(const base::Secret& content, std::size_t columns) {
    const base::ByteView from = content.expose();
    const bool ends_line = !from.empty() && from.back() == '\n';
    const auto lines = static_cast<std::size_t>(std::ranges::count(from, '\n')) + (ends_line ? 0 : 1);
    const auto blank = [&](std::size_t at) { return from[at] == '\n' && (at == 0 || from[at - 1] == '\n'); };
    std::size_t blanks = 0;
    for (std::size_t at = 0; at < from.size(); ++at)
        blanks += blank(at) ? 1 : 0;
    const std::size_t size = from.size() + (lines - blanks) * columns + (ends_line ? 0 : 1);
    return base::Secret::filled(size, [&](std::span<std::uint8_t> to) {
        auto out = to.begin();
        for (std::size_t at = 0; at < from.size(); ++at) {
            const bool begins = at == 0 || from[at - 1] == '\n';
            if (begins && !blank(at)) out = std::fill_n(out, columns, static_cast<std::uint8_t>(' '));
            *out++ = from[at];
        }
        if (!ends_line) *out = '\n';
    });
}

base::Secret joined(const std::vector<base::Secret>& pieces) {
    std::size_t size = 0;
    for (const base::Secret& piece : pieces)
        size += piece.size();
    return base::Secret::filled(size, [&](std::span<std::uint8_t> to) {
        auto out = to.begin();
        for (const base::Secret& piece : pieces)
            out = std::ranges::copy(piece.expose(), out).out;
    });
}

constexpr std::string_view head =
    R"(# Made by nsctl provisioning init. The Secret is one: keep this file as you keep keys.
# The image is that of conf/kubernetes/Dockerfile.
apiVersion: v1
kind: Secret
metadata: {name: nats-provisioner, namespace: NAMESPACE}
stringData:
)";

constexpr std::string_view configuration_head = R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: nats-provisioner, namespace: NAMESPACE}
data:
  provisioner.toml: |
)";

constexpr std::string_view workload = R"(---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: nats-provisioner
  namespace: NAMESPACE
  labels: {app.kubernetes.io/name: nats-provisioner}
spec:
  replicas: COPIES
  serviceName: nats-provisioner
  podManagementPolicy: Parallel
  selector:
    matchLabels: {app.kubernetes.io/name: nats-provisioner}
  template:
    metadata:
      labels: {app.kubernetes.io/name: nats-provisioner}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 15   # it ends within 13 seconds, whatever hangs
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile: {type: RuntimeDefault}
      initContainers:
        # The service takes no key that others can read: it is given copies of its own, in memory.
        - name: keys
          image: natscreds
          command: [sh, -c, "install -m 0400 -t /run/natscreds /secret/* /configuration/*"]
          securityContext: &locked
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          resources:
            requests: {cpu: 10m, memory: 16Mi}
            limits: {memory: 32Mi}
          volumeMounts:
            - {name: secret, mountPath: /secret, readOnly: true}
            - {name: configuration, mountPath: /configuration, readOnly: true}
            - {name: own, mountPath: /run/natscreds}
      containers:
        - name: nats-provisioner
          image: natscreds
          args: [--config, /run/natscreds/provisioner.toml]
          ports:
            - {name: http, containerPort: 9464}
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
          securityContext: *locked
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 256Mi}
          volumeMounts:
            - {name: own, mountPath: /run/natscreds, readOnly: true}
            - {name: data, mountPath: /data}
      volumes:
        - name: secret
          secret: {secretName: nats-provisioner, defaultMode: 0440}
        - name: configuration
          configMap: {name: nats-provisioner}
        - name: own
          emptyDir: {medium: Memory, sizeLimit: 1Mi}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
)";

constexpr std::string_view budget = R"(---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: nats-provisioner, namespace: NAMESPACE}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app.kubernetes.io/name: nats-provisioner}
)";

/// What the configuration names, and no file that is for machines.
bool is_named(const DeploymentFile& file) {
    const auto extension = file.name.extension();
    return extension == ".jwt" || extension == ".nk" || extension == ".creds";
}

}  // namespace

base::Secret kubernetes_text(const ConfigurationParts& parts, const std::vector<DeploymentFile>& files) {
    const std::string& name_space = parts.options.kubernetes_namespace;
    std::vector<base::Secret> pieces;
    const auto add = [&](std::string text) {
        text = replaced_all(std::move(text), "NAMESPACE", name_space);
        pieces.push_back(base::Secret::copy_of(base::as_bytes(text)));
    };
    add(std::string(head));
    for (const DeploymentFile& file : files) {
        if (!is_named(file)) continue;
        add("  " + file.name.string() + ": |\n");
        pieces.push_back(indented(file.content, 4));
    }
    DeploymentOptions in_pods = parts.options;
    if (in_pods.servers.empty()) in_pods.servers = {std::string(usual_server)};
    const ConfigurationParts configured{.wanted = parts.wanted,
                                        .options = in_pods,
                                        .account_file = parts.account_file,
                                        .service_account_file = parts.service_account_file,
                                        .client_keys = parts.client_keys,
                                        .roles = parts.roles};
    add(std::string(configuration_head));
    const std::string configuration = configuration_text(configured, {.label = "kubernetes",
                                                                      .data_folder = "/data/",
                                                                      .audit_file = "audit.jsonl",
                                                                      .http_address = "0.0.0.0:9464"});
    pieces.push_back(indented(base::Secret::copy_of(base::as_bytes(configuration)), 4));
    add(replaced_all(std::string(workload), "COPIES", std::to_string(parts.options.copies)));
    if (parts.options.copies > 1) add(std::string(budget));
    return joined(pieces);
}

}  // namespace natscreds::accounts
