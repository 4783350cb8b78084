#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/lint.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct LintOptions {
    Strings skip;
};

base::Status lint_store(const Session& session, const LintOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    auto findings = accounts::lint(session.tree(*store));
    if (!findings) return findings.error();
    std::erase_if(*findings, [&](const accounts::LintFinding& one) {
        return std::ranges::find(options.skip, name_of(one.rule)) != options.skip.end();
    });
    std::ostream& out = session.world().out;
    if (session.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const accounts::LintFinding& one : *findings)
            json.push_back({{"rule", name_of(one.rule)},
                            {"about", one.about},
                            {"found", one.found},
                            {"advice", one.advice}});
        out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
        for (const accounts::LintFinding& one : *findings)
            out << one.about << ": " << one.found << " (" << name_of(one.rule) << ")\n    -> " << one.advice
                << '\n';
    }
    return findings->empty() ? base::Status()
                             : base::Error{Errc::found_hurtful, std::to_string(findings->size())};
}

}  // namespace

Command lint() {
    const auto options = std::make_shared<LintOptions>();
    return {
        .options = {list_option("--skip", options->skip, "rules to leave out, as they stand in brackets")},
        .examples = {"nsctl lint", "nsctl lint --skip no-expiry,plain-signing-key --json"},
        .run = [options](const Session& session) { return lint_store(session, *options); },
    };
}

}  // namespace natscreds::nsctl
