// Tokens that a real API server issued, reviewed by one that answers what it answered.
#include <atomic>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/kubernetes/review_verifier.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/https_server.h>
#include <support/test_data.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using identity::Errc;
using support::HttpsCall;
using support::HttpsReply;
using namespace std::chrono_literals;

namespace {

std::string recorded(const std::string& name) {
    return support::read_test_data("kubernetes/" + name);
}

/// An API server that gives the same answer each time, and a verifier that asks it.
struct Bench {
    explicit Bench(HttpsReply reply) : answer(std::move(reply)) {}

    std::error_code verify(const std::string& token) {
        const auto verified = verifier.verify(token);
        return verified ? std::error_code() : verified.error().code;
    }

    HttpsReply answer;
    std::atomic<int> asked = 0;
    std::string body;
    support::Certificates certificates;
    support::HttpsServer server{certificates, [this](const HttpsCall& call) {
                                    ++asked;
                                    body = call.body;
                                    return answer;
                                }};
    support::FakeClock clock{base::Time{1'795'250'367s}};  // a second after they were recorded
    support::FakeIntervals intervals;
    kubernetes::ReviewVerifier verifier{
        kubernetes::ApiServer::create({.url = server.url(), .ca = certificates.file("ca.pem")}).value(),
        {.issuer = "https://127.0.0.1:26443", .audience = "nats", .bound_to = {"Pod"}},
        {clock, intervals}};
};

}  // namespace

TEST_CASE(
    "ReviewVerifier: a token that the API server accepts is verified, and was asked about for our audience") {
    Bench bench({.status = 201, .body = recorded("review.json")});
    CHECK(bench.verify(recorded("token")) == std::error_code());
    CHECK(bench.body.find(R"("audiences":["nats"])") != std::string::npos);
    CHECK(bench.body.find(recorded("token")) != std::string::npos);
}

TEST_CASE("ReviewVerifier: nothing is asked about a token that is not for us, or not in time") {
    Bench bench({.status = 201, .body = recorded("review.json")});
    CHECK(bench.verify(recorded("token_other_audience")) == Errc::wrong_audience);
    CHECK(bench.verify("x") == Errc::bad_shape);
    bench.clock.advance(1h);
    CHECK(bench.verify(recorded("token")) == Errc::expired);
    CHECK(bench.asked == 0);
}

TEST_CASE("ReviewVerifier: a token that the API server does not accept is no outage") {
    Bench bench({.status = 201, .body = recorded("review_deleted.json")});
    CHECK(bench.verify(recorded("token")) == Errc::not_authenticated);
    CHECK(bench.verify(recorded("token")) == Errc::not_authenticated);
    CHECK(bench.asked == 2);
    CHECK(bench.verifier.check());
}

TEST_CASE(
    "ReviewVerifier: after a question without an answer nothing is asked for five seconds, and then again") {
    Bench bench({.status = 403, .body = "{}"});
    CHECK(bench.verify(recorded("token")) == Errc::unreachable);
    bench.intervals.advance(4s);
    CHECK(bench.verify(recorded("token")) == Errc::unreachable);
    CHECK(bench.asked == 1);
    bench.intervals.advance(1s);
    bench.answer = {.status = 201, .body = recorded("review.json")};
    CHECK(bench.verify(recorded("token")) == std::error_code());
    CHECK(bench.verify(recorded("token")) == std::error_code());
    CHECK(bench.asked == 3);
}

TEST_CASE("ReviewVerifier: a clock that is set back or forward changes nothing of when it is asked again") {
    const std::chrono::seconds by = GENERATE(-1s, -3600s, 60s);
    Bench bench({.status = 403, .body = "{}"});
    CHECK_FALSE(bench.verifier.check());
    bench.clock.advance(by);
    CHECK_FALSE(bench.verifier.check());
    CHECK(bench.asked == 1);
    bench.intervals.advance(5s);
    bench.answer = {.status = 201, .body = recorded("review.json")};
    CHECK(bench.verifier.check());
    CHECK(bench.asked == 2);
    bench.clock.advance(-by);
    CHECK(bench.verifier.check());
    CHECK(bench.asked == 3);
}

TEST_CASE("ReviewVerifier: who may not ask is told so by its check") {
    Bench bench({.status = 403, .body = "{}"});
    const base::Status checked = bench.verifier.check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().detail.ends_with("/apis/authentication.k8s.io/v1/tokenreviews: it answered 403"));
}
