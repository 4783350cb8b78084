// The agent of a keystore's key is killed at each step that it takes, by ptrace(2), while somebody asks it.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/key_agent_socket.h>
#include <natscreds/base/interval_clock.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::accounts;

namespace {

using What = AgentRequest::What;

/// An agent in a process of its own, which is stopped until it is let go.
pid_t start_agent(const std::filesystem::path& socket) {
    const auto listener = listen_for_agent(socket).value();
    REQUIRE(listener);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        const base::SystemIntervalClock clock;
        KeyAgent agent(clock);
        (void)serve_agent(*listener, agent, std::chrono::minutes(1));
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    return child;
}

/// Lets it run until its n-th system call, before which it is killed. Whether it came so far.
bool kill_before_call(pid_t agent, int n) {
    int status = 0;
    for (int seen = 0;;) {
        REQUIRE(ptrace(PTRACE_SYSCALL, agent, nullptr, nullptr) == 0);
        REQUIRE(waitpid(agent, &status, 0) == agent);
        if (WIFEXITED(status) || WIFSIGNALED(status)) return false;
        __ptrace_syscall_info info{};
        const auto size = ptrace(PTRACE_GET_SYSCALL_INFO, agent, sizeof info, &info);
        const bool entry = size > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY;
        if (!entry || ++seen < n) continue;
        kill(agent, SIGKILL);
        waitpid(agent, &status, 0);
        return true;
    }
}

/// What became of each request: no error, or which.
std::vector<std::error_code> ask_everything(const std::filesystem::path& socket) {
    std::vector<std::error_code> all;
    const auto ask = [&](const AgentRequest& request) {
        const auto answer = ask_agent(socket, request);
        all.push_back(answer ? std::error_code() : answer.error().code);
    };
    const nkeys::SealSettings settings{.salt = {1}};
    ask({.what = What::keep,
         .time = std::chrono::minutes(1),
         .settings = settings,
         .key = base::Secret::filled(nkeys::SealingKey::size,
                                     [](auto memory) { std::ranges::fill(memory, std::uint8_t(7)); })});
    ask({.what = What::find, .settings = settings});
    ask({.what = What::forget});
    return all;
}

bool says_that_it_is_gone(const std::error_code& code) {
    return code == std::errc::connection_reset || code == std::errc::connection_refused ||
           code == std::errc::no_such_file_or_directory;
}

}  // namespace

TEST_CASE(
    "KeyAgent: killed at any step, whoever asks is told at once that it is gone, and another one can start") {
    int steps = 0;
    bool in_flight = false;
    for (bool killed = true; killed; ++steps) {
        const support::TempDir folder;
        const std::filesystem::path socket = folder / "agent.sock";
        const pid_t agent = start_agent(socket);
        std::vector<std::error_code> answers;
        std::thread asking([&] { answers = ask_everything(socket); });
        killed = kill_before_call(agent, steps + 1);
        asking.join();
        CAPTURE(steps);
        const bool all_answered = std::ranges::count(answers, std::error_code()) == 3;
        CHECK((killed || all_answered));
        for (const std::error_code& code : answers) {
            CAPTURE(code.message());
            CHECK((!code || says_that_it_is_gone(code)));
            in_flight = in_flight || code == std::errc::connection_reset;
        }
        CHECK(listen_for_agent(socket).value());
    }
    CHECK(steps > 20);
    CHECK(in_flight);
}
