#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/cli/console/reporter.h>

namespace natscreds::console {
namespace {

TEST_CASE("Reporter: an error is a line with the program's name, a hint, and the exit code") {
    std::ostringstream err;
    const Reporter reporter("nats-req", err);

    const ExitCode code = reporter.failed({bus::Errc::no_responders, "chat.req.access"});

    CHECK(code == ExitCode::no_responders);
    CHECK(err.str() ==
          "nats-req: chat.req.access: nobody answers on this subject\n"
          "hint: the service must be running, in the same account, on the same subject\n");
}

TEST_CASE("Reporter: without anything to advise there is no hint") {
    std::ostringstream err;
    CHECK(Reporter("p", err).failed({std::make_error_code(std::errc::io_error), "file"}) ==
          ExitCode::refused);
    CHECK(err.str() == "p: file: Input/output error\n");
}

TEST_CASE(
    "Reporter: another URL is advised where no server can be reached, not where a certificate is in the "
    "way") {
    const auto hint = [](const std::string& detail) {
        return std::string(hint_for({bus::Errc::cannot_connect, detail}));
    };
    CHECK(hint("nats://nowhere:4222").starts_with("-s URL"));
    CHECK(hint("tls://a: handshake error: 20: x; --tlsca FILE says which authority to believe").empty());
    CHECK(hint("tls://a: the server hung up; why it does not accept the certificate, its log says").empty());
}

TEST_CASE(
    "Reporter: a file for the connection that cannot be read is no connection, and a wrong option usage") {
    std::ostringstream err;
    const Reporter reporter("p", err);
    CHECK(reporter.cannot_connect({std::make_error_code(std::errc::no_such_file_or_directory), "my.creds"}) ==
          ExitCode::not_connected);
    CHECK(reporter.cannot_connect({bus::Errc::bad_option, "-s"}) == ExitCode::usage);
    CHECK(reporter.cannot_connect({bus::Errc::timeout, "a"}) == ExitCode::timeout);
}

TEST_CASE("Reporter: a mistake on the command line points to --help") {
    std::ostringstream err;
    CHECK(Reporter("p", err).wrong_usage("SUBJECT is missing") == ExitCode::usage);
    CHECK(err.str() == "p: SUBJECT is missing\nhint: p --help\n");
}

TEST_CASE("Reporter: a message cannot move the cursor, ring the bell or begin another line") {
    std::ostringstream err;
    Reporter("p", err).message("a\x1b[2Jb\nc\ad\x7f");
    CHECK(err.str() == "p: a\\x1b[2Jb\\x0ac\\x07d\\x7f\n");
}

// So servers with an operator say that a callout refused: the sentinel's account takes nobody.
TEST_CASE(
    "Reporter: where an account takes no more connections, the hint is that a callout may have refused") {
    for (const bus::Errc code :
         {bus::Errc::not_authorized, bus::Errc::cannot_connect, bus::Errc::disconnected}) {
        const base::Error error{code, "nats://a:4222: maximum account active connections exceeded"};
        CHECK(hint_for(error).find("callout") != std::string_view::npos);
    }
    CHECK(hint_for({bus::Errc::not_authorized, "nats://a:4222"}).find("callout") == std::string_view::npos);
}

TEST_CASE("Reporter: a refusal of the inbox is told apart from one of a subject") {
    const base::Error inbox{bus::Errc::permission_denied, "Subscription to \"_INBOX.x.*\""};
    const base::Error subject{bus::Errc::permission_denied, "Publish to \"a\""};
    CHECK(hint_for(inbox).find("--inbox-prefix") != std::string_view::npos);
    CHECK(hint_for(subject).find("--inbox-prefix") == std::string_view::npos);
}

}  // namespace
}  // namespace natscreds::console
