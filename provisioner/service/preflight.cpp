#include <natscreds/provisioner/service/preflight.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/file.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/audit/usable_file.h>
#include <natscreds/provisioner/service/callout_check.h>
#include <natscreds/provisioner/service/startup.h>

#include <fcntl.h>

namespace natscreds::provisioner {
namespace {

using Findings = std::vector<Finding>;
using bus::Key;

class Found {
  public:
    void add(const Finding& finding) {
        const auto same = [&](const Finding& one) { return one.error.message() == finding.error.message(); };
        if (std::ranges::none_of(all_, same)) all_.push_back(finding);
    }
    void add(const Findings& findings) {
        for (const Finding& finding : findings)
            add(finding);
    }
    void add(const base::Result<Findings>& findings) {
        if (findings) return add(*findings);
        refuse(findings.error());
    }
    void refuse(const base::Error& error) { add(Finding{Weight::refusal, error}); }
    void refuse(const std::vector<base::Error>& errors) {
        for (const base::Error& error : errors)
            refuse(error);
    }
    void need(const base::Status& status) {
        if (!status) refuse(status.error());
    }

    [[nodiscard]] Findings take() { return std::move(all_); }

  private:
    Findings all_;
};

/// The client library reads these when it connects, and would only then say that it cannot.
void look_at_certificates(const bus::GivenOptions& settings, Found& found) {
    for (const Key key : {Key::tls_ca, Key::tls_cert, Key::tls_key}) {
        const auto file = settings.find(key);
        if (file == settings.end() || file->second.empty()) continue;
        const base::Descriptor opened(::open(file->second.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened.open())
            found.refuse(base::Error{std::error_code(errno, std::generic_category()), file->second});
    }
}

void look_at_settings(const bus::GivenOptions& settings, Found& found) {
    found.add(open_secrets(settings));
    look_at_certificates(settings, found);
}

void look_at_callout(const Configuration& configuration, Found& found) {
    if (!configuration.callout) return;
    look_at_settings(configuration.callout->connection, found);
    look_at_settings(configuration.callout->system, found);
    const std::vector<base::Error> errors = callout_errors(configuration);
    found.refuse(errors);
    if (!errors.empty()) return;
    const base::Result<CalloutSetup> setup = load_callout(configuration);
    if (!setup) return found.refuse(setup.error());
    found.add(look_at_callout_account(configuration, *setup));
}

void look_at_files(const Configuration& configuration, Found& found) {
    if (configuration.ledger.kind == LedgerConfiguration::Kind::sqlite) {
        const base::Status usable = check_file_with_neighbours(configuration.ledger.file);
        if (!usable) found.refuse(usable.error().within("the ledger cannot be written"));
    }
    if (configuration.audit.empty()) return;
    const base::Status usable = AuditLog::check_usable(configuration.audit);
    if (!usable) found.refuse(usable.error().within("the audit cannot be written"));
}

}  // namespace

std::vector<Finding> look_ahead(const Preflight& preflight) {
    const Configuration& configuration = preflight.configuration;
    Found found;
    found.refuse(policy_errors(configuration, preflight.now));
    look_at_settings(preflight.settings, found);
    if (preflight.connection != nullptr) found.add(look_at_deployment(configuration, *preflight.connection));
    look_at_settings(configuration.system, found);
    if (const auto system = load_system(configuration); !system) found.refuse(system.error());
    look_at_callout(configuration, found);
    look_at_files(configuration, found);
    return found.take();
}

std::vector<Finding> open_secrets(const bus::GivenOptions& settings) {
    Findings findings;
    for (const Key key : {Key::creds, Key::nkey, Key::password_file, Key::tls_key}) {
        const auto file = settings.find(key);
        if (file == settings.end() || file->second.empty()) continue;
        const base::Result<bool> readable = base::readable_by_others(file->second);
        if (!readable || !*readable) continue;
        findings.push_back({Weight::warning,
                            {std::make_error_code(std::errc::permission_denied),
                             "others can read " + file->second + " (chmod 600 " + file->second + ")"}});
    }
    return findings;
}

}  // namespace natscreds::provisioner
