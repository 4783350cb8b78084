// What is on disk when one system call fails, whichever it is: of the audit, the ledger, creds files, the nsc store
// and configurations.
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/credentials_store.h>
#include <natscreds/base/file.h>
#include <natscreds/cli/nsctl/nsctl.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/ledger/sqlite_ledger.h>
#include <support/failing_calls.h>
#include <support/fakes.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

using namespace natscreds;
namespace fs = std::filesystem;

namespace {

/// Runs what `prepare` returns in a fresh folder, with its first system call on files failing, with its second, and
/// so on; `look` is told what the process exited with. Whether there were at least `least` calls.
struct Trial {
    std::function<void(const fs::path& folder)> prepare;
    std::function<int(const fs::path& folder)> run;
    std::function<void(const fs::path& folder, int exit_code)> look;
};

void fail_each_call(const Trial& trial, int least) {
    const support::FoldersInMemory in_memory;
    int calls = 0;
    for (;; ++calls) {
        const support::TempDir folder;
        trial.prepare(folder.path());
        const auto failed = support::with_failing_call(calls + 1, [&] { return trial.run(folder.path()); });
        if (!failed) break;
        INFO("system call " << failed->call << ", the " << calls + 1 << "th, failed with " << failed->error);
        REQUIRE(failed->exit_code < 128);
        trial.look(folder.path(), failed->exit_code);
    }
    CHECK(calls >= least);
}

provisioner::AuditRecord record_of(const std::string& name) {
    provisioner::AuditRecord record;
    record.event = "issued";
    record.name = name;
    return record;
}

void write_audit(const fs::path& file, const std::vector<std::string>& names) {
    auto log = provisioner::AuditLog::open(file).value();
    for (const std::string& name : names)
        REQUIRE(log.append(std::vector{record_of(name)}));
}

}  // namespace

TEST_CASE(
    "Audit: whichever system call fails, no line that was written is lost, and the next start goes on") {
    for (const bool torn : {false, true}) {
        const Trial trial{
            .prepare =
                [&](const fs::path& folder) {
                    write_audit(folder / "audit.jsonl", {"a", "b"});
                    if (!torn) return;
                    const std::string whole = support::read_text(folder / "audit.jsonl");
                    REQUIRE(base::write_file(folder / "audit.jsonl", base::as_bytes(whole + R"({"time":17)"),
                                             {.existing = base::Existing::replace}));
                },
            .run =
                [](const fs::path& folder) {
                    auto log = provisioner::AuditLog::open(folder / "audit.jsonl");
                    if (!log) return 1;
                    const bool first = log->append(std::vector{record_of("c")}).has_value();
                    const bool second = log->append(std::vector{record_of("d")}).has_value();
                    return first && second ? 0 : first || second ? 2 : 3;
                },
            .look =
                [](const fs::path& folder, int exit_code) {
                    REQUIRE(provisioner::AuditLog::open(folder / "audit.jsonl"));
                    const auto summary = provisioner::verify_audit(folder / "audit.jsonl", std::nullopt);
                    REQUIRE(summary);
                    REQUIRE(summary->lines == (exit_code == 0 ? 4U : exit_code == 2 ? 3U : 2U));
                }};
        fail_each_call(trial, 6);
    }
}

TEST_CASE("SQLite ledger: whichever system call fails, what was said to be on disk is there") {
    using namespace provisioner;
    const NameRule rule(std::chrono::hours(24));
    const support::FakeClock clock;
    support::FixedRandom random(1);
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random)->public_key();
    const auto claim = [&](Ledger& ledger, const std::string& name) {
        const Claim wanted{.name = name,
                           .key = key,
                           .form = Form::key_bound,
                           .role = "chat",
                           .expires = clock.now() + std::chrono::hours(1),
                           .owner = Owner::of_key(key),
                           .requester = key};
        const auto kept = claim_name(ledger, rule, wanted, {.now = clock.now(), .max_names = 0});
        return kept && ledger.flush(kept->ticket);
    };
    const Trial trial{.prepare =
                          [&](const fs::path& folder) {
                              REQUIRE(claim(**SqliteLedger::open(folder / "names.db", rule), "old"));
                          },
                      .run =
                          [&](const fs::path& folder) {
                              auto ledger = SqliteLedger::open(folder / "names.db", rule);
                              if (!ledger) return 1;
                              return claim(**ledger, "new") ? 0 : 2;
                          },
                      .look =
                          [&](const fs::path& folder, int exit_code) {
                              const auto ledger = SqliteLedger::open(folder / "names.db", rule);
                              REQUIRE(ledger);
                              REQUIRE((*ledger)->find("old")->has_value());
                              if (exit_code == 0) REQUIRE((*ledger)->find("new")->has_value());
                          }};
    fail_each_call(trial, 20);
}

TEST_CASE(
    "write_file: whichever system call fails, the file is the old one or the new one, whole, and alone") {
    const Trial trial{.prepare =
                          [](const fs::path& folder) {
                              REQUIRE(base::write_file(folder / "me.creds", base::as_bytes("old"), {}));
                          },
                      .run =
                          [](const fs::path& folder) {
                              const auto written =
                                  base::write_file(folder / "me.creds", base::as_bytes("new"),
                                                   {.existing = base::Existing::replace});
                              return written ? 0 : 1;
                          },
                      .look =
                          [](const fs::path& folder, int exit_code) {
                              const std::string text = support::read_text(folder / "me.creds");
                              REQUIRE((text == "new" || (text == "old" && exit_code != 0)));
                              // A leftover that could not be removed then is removed now.
                              REQUIRE(base::write_file(folder / "me.creds", base::as_bytes("later"),
                                                       {.existing = base::Existing::replace}));
                              REQUIRE(std::distance(fs::directory_iterator(folder), {}) == 1);
                          }};
    fail_each_call(trial, 8);
}

namespace {

int run_nsctl(const fs::path& folder, const std::vector<std::string>& words) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const auto variable = [&](std::string_view name) -> std::optional<std::string> {
        if (name == "NSC_HOME") return (folder / "home").string();
        if (name == "NKEYS_PATH") return (folder / "keys").string();
        return std::nullopt;
    };
    const base::SystemClock clock;
    base::SystemRandom random;
    nsctl::World world{{variable, folder}, clock, random, in, out, err, nsctl::Colour::off};
    return nsctl::run(words, world);
}

void copy_store(const fs::path& folder) {
    fs::create_directories(folder / "home");
    const fs::path source = support::test_data("nsc-store");
    fs::copy(source / "stores", folder / "home/nats", fs::copy_options::recursive);
    fs::copy(source / "keys", folder / "keys", fs::copy_options::recursive);
    REQUIRE(base::write_file(folder / "home/nsc.json",
                             base::as_bytes(R"({"operator":"KO","account":"KUBECON"})"), {}));
}

/// `once_more` is what the command exits with when it is run again after it was done.
void check_command(const std::vector<std::string>& words, int once_more) {
    const Trial trial{.prepare = copy_store,
                      .run = [&](const fs::path& folder) { return run_nsctl(folder, words); },
                      .look =
                          [&](const fs::path& folder, int) {
                              REQUIRE(run_nsctl(folder, {"validate", "-A"}) == 0);
                              const int again = run_nsctl(folder, words);
                              REQUIRE((again == 0 || again == once_more));
                          }};
    fail_each_call(trial, 20);
}

}  // namespace

TEST_CASE(
    "nsctl: whichever system call fails while a user is added, the store is valid and it can be added "
    "again") {
    check_command({"add", "user", "u"}, 1);
}

TEST_CASE(
    "nsctl: whichever system call fails in an edit, the store is valid and the edit can be made again") {
    check_command({"edit", "account", "--tag", "a", "--sk", "generate"}, 0);
}
