#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/service/audit_log.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

AuditRecord issued(const std::string& name) {
    AuditRecord record;
    record.time = noon;
    record.event = "issued";
    record.name = name;
    record.expires = noon + std::chrono::hours(1);
    return record;
}

void limit_files(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

struct Bench {
    void write(const std::vector<std::string>& names) {
        std::vector<AuditRecord> records;
        for (const std::string& name : names)
            records.push_back(issued(name));
        REQUIRE(log->append(records));
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream stream(file);
        std::vector<std::string> all;
        for (std::string line; std::getline(stream, line);)
            all.push_back(line);
        return all;
    }

    void rewrite(const std::vector<std::string>& lines) const {
        std::ofstream stream(file, std::ios::trunc);
        for (const std::string& line : lines)
            stream << line << '\n';
    }

    support::TempDir folder;
    std::filesystem::path file = folder / "audit.jsonl";
    std::optional<AuditLog> log{AuditLog::open(file).value()};
};

}  // namespace

TEST_CASE("AuditLog: each line is a JSON object that carries the hash of the one before") {
    Bench bench;
    bench.write({"wallyqs"});
    bench.write({"derek", "waldemar"});
    CHECK(bench.lines().at(0) ==
          R"({"time":1700000000,"event":"issued","name":"wallyqs","generation":0,"expires":1700003600,)"
          R"("previous":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"})");
    const auto summary = verify_audit(bench.file, bench.log->head());
    REQUIRE(summary);
    CHECK(summary->lines == 3);
}

TEST_CASE("AuditLog: opened again, it goes on where it ended") {
    Bench bench;
    bench.write({"wallyqs"});
    const std::string head = bench.log->head();
    bench.log.reset();
    auto again = AuditLog::open(bench.file);
    REQUIRE(again);
    CHECK(again->head() == head);
    REQUIRE(again->append(std::vector{issued("derek")}));
    CHECK(verify_audit(bench.file, again->head())->lines == 2);
}

TEST_CASE("AuditLog: a line that was not finished is cut off, for nothing was issued on it") {
    Bench bench;
    bench.write({"wallyqs"});
    bench.log.reset();
    std::ofstream(bench.file, std::ios::app) << R"({"time":170)";
    CHECK(verify_audit(bench.file, std::nullopt).error().code == AuditErrc::unfinished);
    const auto again = AuditLog::open(bench.file);
    CHECK(verify_audit(bench.file, again->head())->lines == 1);
}

TEST_CASE("AuditLog: one process has the file") {
    const Bench bench;
    CHECK_FALSE(AuditLog::open(bench.file));
}

// A limit on the size of files fails in the middle of a line, as a full disk does.
TEST_CASE("AuditLog: of what could not be written nothing is left, and later all is well") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        const std::filesystem::path file = folder / "audit.jsonl";
        AuditLog log = AuditLog::open(file).value();
        if (!log.append(std::vector{issued("wallyqs")})) return 1;
        const auto size = std::filesystem::file_size(file);
        limit_files(size + 20);
        if (log.append(std::vector{issued("derek"), issued("waldemar")})) return 2;
        if (std::filesystem::file_size(file) != size) return 3;
        limit_files(RLIM_INFINITY);
        if (!log.append(std::vector{issued("derek")})) return 4;
        return verify_audit(file, log.head()) ? 0 : 5;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("verify_audit: a line that was changed, taken out, put in or moved is found") {
    Bench bench;
    bench.write({"a", "b", "c", "d"});
    const std::string head = bench.log->head();
    std::vector<std::string> lines = bench.lines();
    const int mischief = GENERATE(0, 1, 2, 3);
    if (mischief == 0) lines[1].replace(lines[1].find("\"b\""), 3, "\"x\"");
    if (mischief == 1) lines.erase(lines.begin() + 1);
    if (mischief == 2) lines.insert(lines.begin() + 1, lines[1]);
    if (mischief == 3) std::swap(lines[1], lines[2]);
    bench.rewrite(lines);
    CHECK(verify_audit(bench.file, head).error().code == AuditErrc::broken_chain);
    CHECK(verify_audit(bench.file, std::nullopt).error().code == AuditErrc::broken_chain);
}

TEST_CASE("verify_audit: lines cut off the end are found by the head, and only by it") {
    Bench bench;
    bench.write({"a", "b", "c"});
    const std::string head = bench.log->head();
    std::vector<std::string> lines = bench.lines();
    lines.pop_back();
    bench.rewrite(lines);
    CHECK(verify_audit(bench.file, std::nullopt)->lines == 2);
    CHECK(verify_audit(bench.file, head).error().code == AuditErrc::other_head);
}

TEST_CASE("verify_audit: a line that is no record is named by its number") {
    Bench bench;
    bench.write({"a"});
    std::vector<std::string> lines = bench.lines();
    lines.emplace_back("hello");
    bench.rewrite(lines);
    const auto refused = verify_audit(bench.file, std::nullopt);
    CHECK(refused.error().code == AuditErrc::not_a_record);
    CHECK(refused.error().detail.ends_with("audit.jsonl:2"));
    CHECK_FALSE(verify_audit(bench.folder / "none", std::nullopt));
}
