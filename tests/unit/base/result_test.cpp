#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <new>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/error_category.h>
#include <natscreds/base/result.h>
#include <support/process.h>

using namespace natscreds::base;
using natscreds::support::run_in_child;

namespace {

Error missing(const char* detail) {
    return {std::make_error_code(std::errc::no_such_file_or_directory), detail};
}

constexpr int aborted = 128 + SIGABRT;

}  // namespace

TEST_CASE("Result: one with a value has the value and no error") {
    const Result<int> result = 7;
    CHECK(result.has_value());
    CHECK(result);
    CHECK(result.value() == 7);
    CHECK(*result == 7);
}

TEST_CASE("Result: one with an error has the error and no value") {
    const Result<int> result = missing("the key");
    CHECK_FALSE(result.has_value());
    CHECK_FALSE(result);
    CHECK(result.error().code == std::errc::no_such_file_or_directory);
    CHECK(result.error().detail == "the key");
}

TEST_CASE("Result: a value that only moves is moved out") {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    CHECK(**result == 7);
    const std::unique_ptr<int> taken = std::move(result).value();
    CHECK(*taken == 7);
}

TEST_CASE("Result: the value can be changed in place") {
    Result<std::string> result = std::string("a");
    result->push_back('b');
    *result += "c";
    CHECK(result.value() == "abc");
}

TEST_CASE("Status: made of nothing it is done, made of an error it is not") {
    CHECK(Status());
    const Status failed = missing("x");
    CHECK_FALSE(failed);
    CHECK(failed.error().detail == "x");
}

TEST_CASE("Result: reading a value that is not there ends the process and says which error was passed over") {
    const Result<std::string> result = missing("opening the ledger");
    for (const auto& read : {std::function<int()>([&] { return static_cast<int>(result.value().size()); }),
                             std::function<int()>([&] { return static_cast<int>((*result).size()); }),
                             std::function<int()>([&] { return static_cast<int>(result->size()); })}) {
        const auto outcome = run_in_child(read);
        CHECK(outcome.exit_code == aborted);
        CHECK(outcome.err.find("opening the ledger: No such file or directory") != std::string::npos);
    }
}

TEST_CASE("Result: reading an error that is not there ends the process") {
    CHECK(run_in_child([] { return Result<int>(7).error().code.value(); }).exit_code == aborted);
    CHECK(run_in_child([] { return Status().error().code.value(); }).exit_code == aborted);
}

TEST_CASE("Error: the sentence is the detail and the code's text, or that text alone") {
    CHECK(missing("a.creds").message() == "a.creds: No such file or directory");
    CHECK(missing("").message() == "No such file or directory");
}

TEST_CASE("Error: seen from further out, the context stands before the detail and the code stays") {
    const Error outer = missing("a.creds").within("reading the user");
    CHECK(outer.detail == "reading the user: a.creds");
    CHECK(outer.code == std::errc::no_such_file_or_directory);
    CHECK(missing("").within("reading the user").detail == "reading the user");
}

TEST_CASE("ErrorCategory: it has the name and the sentences that it was made of") {
    enum class Colour { red = 1, blue };
    const ErrorCategory<Colour> colours("colours",
                                        [](Colour colour) { return colour == Colour::red ? "red" : "blue"; });
    const std::error_category& category = colours;
    CHECK(std::string_view(category.name()) == "colours");
    CHECK(category.message(1) == "red");
    CHECK(category.message(2) == "blue");
}

TEST_CASE("ErrorCategory: a thread may tell an error while the process has begun to end") {
    enum class Colour { red = 1 };
    alignas(ErrorCategory<Colour>) std::array<std::byte, sizeof(ErrorCategory<Colour>)> memory{};
    auto* const colours = new (memory.data()) ErrorCategory<Colour>("colours", [](Colour) { return "red"; });
    const std::error_category& category = *colours;
    std::destroy_at(colours);
    CHECK(category.message(1) == "red");
}
