// Which moments of the machine's date are remembered, and why: how long something has lasted is counted by
// base::IntervalClock (or base::Due), for dates are set.
#include <map>
#include <regex>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

/// Members and fields that remember a date, and what they are good for when the date is set. One that is no more has
/// to go from the list.
const std::map<std::string, std::string, std::less<>> may_remember{
    {"access/include/natscreds/access/renewer.h: expires_", "stands in a token"},
    {"accounts/include/natscreds/accounts/rotation.h: begun", "for people"},
    {"access/include/natscreds/access/reply.h: now", "the service's date, as its reply tells it"},
    {"access/include/natscreds/access/reply.h: superseded_until", "stands in a token"},
    {"chat-client/conversation.h: sealed_kept_at_", "kept once at each date, whichever comes next"},
    {"chat-client/model/include/natscreds/chat-client/model/peer_keys.h: announced_at", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/peer_keys.h: heard_at",
     "an order: who is forgotten first"},
    {"chat-client/model/include/natscreds/chat-client/model/peer_keys.h: offered_at", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/seen_messages.h: from", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/seen_messages.h: heard_at",
     "an order: who is forgotten first"},
    {"chat-client/model/include/natscreds/chat-client/model/seen_messages.h: marks", "stand in tokens"},
    {"chat-client/model/include/natscreds/chat-client/model/told_count.h: told_",
     "told again when the date is set, either way"},
    {"chat-client/model/include/natscreds/chat-client/model/link.h: credentials_end", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/message.h: expires", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/people.h: heard_at",
     "an order: who is forgotten first"},
    {"chat-client/model/include/natscreds/chat-client/model/people.h: newest_presence", "stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/people.h: online_until",
     "comes from what stands in a token"},
    {"chat-client/model/include/natscreds/chat-client/model/people.h: verified_until", "stands in a token"},
    {"chat-client/net/include/natscreds/chat-client/net/history_walk.h: since",
     "compared with when a server took a message in"},
    {"chat-client/model/include/natscreds/chat-client/model/effects.h: since",
     "compared with when a server took a message in"},
    {"chat-client/model/include/natscreds/chat-client/model/room.h: at",
     "kept from one start to the next, where intervals end"},
    {"provisioner/identity/include/natscreds/provisioner/identity/certificate_verifier.h: expires_",
     "a certificate's end"},
    {"provisioner/identity/include/natscreds/provisioner/identity/oidc_identity.h: expires",
     "stands in a token"},
    {"provisioner/identity/include/natscreds/provisioner/identity/service_account.h: expires",
     "stands in a token"},
    {"access/include/natscreds/access/reply.h: superseded_until", "stands in a token"},
    {"provisioner/ledger/include/natscreds/provisioner/ledger/denial.h: at", "for people"},
    {"provisioner/ledger/include/natscreds/provisioner/ledger/denial.h: until",
     "people give it as a date, for every copy"},
    {"provisioner/ledger/include/natscreds/provisioner/ledger/name_query.h: expires_before",
     "compared with what stands in tokens"},
    {"provisioner/ledger/include/natscreds/provisioner/ledger/name_query.h: expires_from",
     "compared with what stands in tokens"},
    {"provisioner/operations/include/natscreds/provisioner/operations/operator_command.h: expiring_before",
     "compared with what stands in tokens"},
    {"provisioner/operations/include/natscreds/provisioner/operations/operator_command.h: until",
     "people give it as a date, for every copy"},
    {"provisioner/callout/admitted.h: cleared_",
     "cleared at most a minute after the date is set, either way"},
    {"provisioner/callout/admitted.h: until_", "stands in a token"},
    {"provisioner/audit/include/natscreds/provisioner/audit/audit_log.h: expires", "stands in a token"},
    {"provisioner/audit/include/natscreds/provisioner/audit/audit_log.h: time",
     "for people and other machines"},
    {"provisioner/observation/include/natscreds/provisioner/observation/metrics.h: account_confirmed",
     "a date for Prometheus, made of an interval when it asks"},
    {"provisioner/observation/include/natscreds/provisioner/observation/metrics.h: roles_synced",
     "a date for Prometheus, made of an interval when it asks"},
    {"provisioner/ledger/name_table.h: last_cleared_", "cleared once at each date, whichever comes next"},
    {"provisioner/service/service.cpp: credentials_expire_", "stands in a token"},
    {"provisioner/ledger/sqlite_ledger.cpp: denials_read", "read once at each date, whichever comes next"},
};

/// A field with a beginning of its own, or a private member: what is only handed on has neither.
Findings remembered_dates(const SourceTree& files) {
    static const std::regex field(
        R"(\bbase::Time\b[^()=]*[ >](\w+_|\w+(?=\{\}| = \{\}))(\{[^;]*\}| = [^;]*)?;)");
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || file.below("tests")) continue;
        for (const std::string_view line : lines_of(file.text)) {
            std::cmatch found;
            if (std::regex_search(line.data(), line.data() + line.size(), found, field))
                findings.push_back(file.path + ": " + found[1].str());
        }
    }
    return findings;
}

/// Clocks of dates other than the one that `main` passes.
Findings other_clocks(const SourceTree& files) {
    static const std::regex clock(
        R"(\b(system_clock|file_clock|utc_clock|CLOCK_REALTIME|gettimeofday|std::time\(|[^_\w.:]time\((nullptr|NULL|0)\)))");
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || file.below("tests") || file.path == "base/clock.cpp") continue;
        int number = 0;
        for (const std::string_view line : lines_of(file.text)) {
            ++number;
            if (std::regex_search(line.data(), line.data() + line.size(), clock))
                findings.push_back(file.path + ":" + std::to_string(number) +
                                   ": asks the machine for the date");
        }
    }
    return findings;
}

}  // namespace

TEST_CASE("Clocks: a date that is remembered is found, one that is handed on is not") {
    const auto in = [](const std::string& line) { return remembered_dates({{"bus/a.h", line}}).size(); };
    CHECK(in("    base::Time last_{};\n") == 1);
    CHECK(in("    std::optional<base::Time> told_;\n") == 1);
    CHECK(in("    std::atomic<base::Time> end_ = never;\n") == 1);
    CHECK(in("    std::map<std::string, base::Time> seen_;\n") == 1);
    CHECK(in("    base::Time heard_at = {};\n") == 1);
    CHECK(in("    base::Time issued_at;\n    void add(base::Time now);\n") == 0);
    CHECK(in("    base::Instant last_{};\n") == 0);
}

TEST_CASE("Clocks: a date that is asked for past the injected clock is found") {
    const auto in = [](const std::string& line) { return other_clocks({{"bus/a.cpp", line}}).size(); };
    CHECK(in("auto a = std::chrono::system_clock::now();\n") == 1);
    CHECK(in("auto a = std::time(nullptr);\n") == 1);
    CHECK(in("auto a = std::chrono::steady_clock::now();\nissues.time(text);\n") == 0);
}

TEST_CASE("Clocks: this tree remembers no dates but those that have to be dates, and injects its clock") {
    const SourceTree files = this_tree();
    Findings unexpected;
    std::map<std::string, std::string, std::less<>> unseen = may_remember;
    for (const std::string& found : remembered_dates(files)) {
        if (!may_remember.contains(found))
            unexpected.push_back(found +
                                 ": an interval is not measured with a date; else say why in the list");
        unseen.erase(found);
    }
    for (const auto& [name, why] : unseen)
        unexpected.push_back(name + ": is in the list and in the tree no more");
    CHECK(shown(unexpected) == "");
    CHECK(shown(other_clocks(files)) == "");
}
