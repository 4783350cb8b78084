// What an operator sees of the service: metrics and log lines.
#include <algorithm>
#include <sstream>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/observation/log.h>
#include <natscreds/provisioner/observation/metrics.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string logged(const Served& served, LogFormat format = LogFormat::text) {
    std::ostringstream out;
    { Log({.format = format, .level = LogLevel::everything}, out).decision(served); }
    return out.str();
}

std::string logged_message(std::string_view message) {
    std::ostringstream out;
    { Log({}, out).warning(message); }
    return out.str();
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("Metrics: each endpoint's outcomes are there before the first of them") {
    const std::string text = Metrics("1").text({});
    for (const std::string endpoint : {"access", "renew", "callout"}) {
        const std::string begins = "natscreds_requests_total{endpoint=\"" + endpoint + "\",reason=\"";
        CHECK_THAT(text, ContainsSubstring(begins + "\",result=\"issued\"} 0\n"));
        for (const access::Reason reason : access::all_reasons())
            CHECK_THAT(text,
                       ContainsSubstring(begins + std::string(name(reason)) + "\",result=\"refused\"} 0\n"));
    }
    CHECK_THAT(text, ContainsSubstring("natscreds_alarms_total{alarm=\"stale_generation\"} 0\n"));
}

TEST_CASE("Metrics: an answer is counted under the labels that were there from the start") {
    Metrics metrics("1");
    const Answer answer = refuse({}, {access::Reason::stale, "too old"}, base::Time{});
    metrics.count({.answer = answer, .replied = {}, .stored = {}, .total = {}});
    const std::string text = metrics.text({});
    CHECK_THAT(text, ContainsSubstring(R"({endpoint="access",reason="stale",result="refused"} 1)"));
    CHECK(text.find(R"({endpoint="access",reason="stale",result="refused"} 0)") == std::string::npos);
}

TEST_CASE("Metrics: the last reload's outcome and the last good one's time are told") {
    using std::chrono::seconds;
    Metrics metrics("1");
    metrics.configured(base::Status(), base::Time(seconds(100)));
    CHECK_THAT(metrics.text({}), ContainsSubstring("natscreds_config_last_reload_successful 1\n"));
    metrics.configured(base::Error{std::make_error_code(std::errc::io_error), ""}, base::Time(seconds(200)));
    const std::string text = metrics.text({});
    CHECK_THAT(text, ContainsSubstring("natscreds_config_last_reload_successful 0\n"));
    CHECK_THAT(text, ContainsSubstring("natscreds_config_last_reload_success_timestamp_seconds 100\n"));
}

TEST_CASE("Metrics: readiness and the process's own figures are there") {
    Metrics metrics("1");
    CHECK_THAT(metrics.text({}), ContainsSubstring("natscreds_ready 0\n"));
    Metrics::Now now;
    now.ready = true;
    const std::string text = metrics.text(now);
    CHECK_THAT(text, ContainsSubstring("natscreds_ready 1\n"));
    for (const std::string figure :
         {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
          "process_threads", "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
        const std::size_t at = text.find("\n" + figure + " ");
        REQUIRE(at != std::string::npos);
        CHECK(std::stod(text.substr(at + figure.size() + 2)) >= 0);
    }
}

TEST_CASE(
    "Metrics: names, denials and the age of what is known of the account are there once they are known") {
    Metrics metrics("0.1.0");
    for (const char* name : {"natscreds_names", "natscreds_denials", "natscreds_account_confirmed"})
        CHECK_THAT(metrics.text({}), !ContainsSubstring(std::string("\n") + name));
    Metrics::Now now;
    now.ledger = {.names = 7, .denials = 2};
    now.account_confirmed = base::Time(std::chrono::seconds(1000));
    const std::string text = metrics.text(now);
    CHECK_THAT(text, ContainsSubstring("\nnatscreds_names 7\n"));
    CHECK_THAT(text, ContainsSubstring("\nnatscreds_denials 2\n"));
    CHECK_THAT(text, ContainsSubstring("\nnatscreds_account_confirmed_timestamp_seconds 1000\n"));
}

TEST_CASE("Log: what comes from outside stays on its line and in its field") {
    Answer answer = refuse({}, {access::Reason::bad_name, "no"}, base::Time{});
    answer.record.event = "refused";
    answer.record.name = "x\n[2026-01-01T00:00:00.000Z] [info] issued name=root\x1b[2J";
    answer.record.host = "a role=root \"b\\c";
    const std::string text = logged({.answer = answer, .replied = {}, .stored = {}, .total = {}});
    CHECK(lines(text) == 1);
    CHECK_THAT(text, ContainsSubstring(R"(name="x\x0a[2026)"));
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK_THAT(text, ContainsSubstring(R"( host="a role=root \"b\\c")"));
    CHECK_THAT(text, ContainsSubstring(" reason=bad_name "));
    CHECK(lines(logged({.answer = answer, .replied = {}, .stored = {}, .total = {}}, LogFormat::json)) == 1);
}

TEST_CASE("Log: a message's control characters are written out, those of two bytes too") {
    const std::string text = logged_message(
        "the server said: a\r\nb\x7f\xc2\x9b"
        "2J \xc3\xa9");
    CHECK(lines(text) == 1);
    CHECK_THAT(text, ContainsSubstring("the server said: a\\x0d\\x0ab\\x7f\\xc2\\x9b2J \xc3\xa9\n"));
}
