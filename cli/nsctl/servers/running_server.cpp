#include "servers/running_server.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <natscreds/base/file.h>
#include <natscreds/base/program.h>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds check_timeout{60};

std::string of_process(pid_t pid, const std::string& what) {
    return "/proc/" + std::to_string(pid) + "/" + what;
}

/// Files below /proc have no size, and end when they end.
std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool sees_our_files(pid_t pid) {
    std::error_code failed;
    const fs::path theirs = fs::read_symlink(of_process(pid, "ns/mnt"), failed);
    return !failed && theirs == fs::read_symlink("/proc/self/ns/mnt", failed) && !failed;
}

/// The words that the server was started with, each of which ends in a zero.
std::vector<std::string> command_line(pid_t pid) {
    const std::string text = content(of_process(pid, "cmdline"));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size(); at += words.back().size() + 1)
        words.emplace_back(text.c_str() + at);
    return words;
}

std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    for (char& letter : text) {
        if (letter == '\n') letter = ' ';
    }
    return text;
}

}  // namespace

base::Result<RunningServer> RunningServer::find(const std::string& pid_file) {
    constexpr std::size_t max_bytes = 64;
    const auto text = base::read_file(pid_file, max_bytes);
    if (!text) return text.error();
    pid_t pid = 0;
    std::from_chars(text->data(), text->data() + text->size(), pid);
    const std::string name = pid > 0 ? one_line(content(of_process(pid, "comm"))) : "";
    if (name == "nats-server") return RunningServer(pid);
    const std::string found = name.empty() ? "" : ": process " + std::to_string(pid) + " is " + name;
    return base::Error{Errc::no_running_server, pid_file + found};
}

base::Status RunningServer::check() const {
    if (!sees_our_files(pid_)) return {};
    std::vector<std::string> words = command_line(pid_);
    if (!words.empty()) words.erase(words.begin());
    words.emplace_back("-t");
    const auto answer = base::run_program(
        {of_process(pid_, "exe"), std::move(words), check_timeout, of_process(pid_, "cwd")});
    if (!answer) return answer.error();
    if (answer->exit_code == 0) return {};
    return base::Error{Errc::not_reloadable, one_line(answer->out + answer->err)};
}

base::Status RunningServer::reload() const {
    if (kill(pid_, SIGHUP) == 0) return {};
    return base::Error{std::error_code(errno, std::generic_category()), "process " + std::to_string(pid_)};
}

}  // namespace natscreds::nsctl
