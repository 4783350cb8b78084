#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <support/temp_dir.h>

#include "page.h"

namespace natscreds::test {

/// A shell into which somebody types the commands of a page: variables, the folder and what was left running with `&`
/// stay from one to the next, and what all of it writes stands in one text, as on a terminal.
///
/// Holds:   what it left running is gone when the PageWalk is, and soon after the end of the test's process.
/// Fails:   throws, with all that was written in the text, where a command does not end, or a text does not come.
class PageWalk {
  public:
    /// What a page says, and what has to be typed in its place here: ports are the page's own, the address is not.
    using Exchanges = std::vector<std::pair<std::string, std::string>>;

    /// `at_end` is a command for what the page leaves running that is not the shell's.
    PageWalk(const std::filesystem::path& folder, Exchanges exchanges, const std::string& at_end = ":");
    ~PageWalk();
    PageWalk(const PageWalk&) = delete;
    PageWalk& operator=(const PageWalk&) = delete;

    /// Types a command; the exit code. Of a program that is left running it waits until it is ready.
    int type(const std::string& command);

    /// Types a command as the page has it, and waits until all that the page shows of its output has come, in the order
    /// of the page. Where the page shows nothing, it has to succeed.
    void follow(const Shown& shown);

    /// Waits until a text stands in what was written since the last command was typed.
    void sees(const std::string& text);

    /// All that was typed and written.
    [[nodiscard]] std::string screen() const;

  private:
    [[nodiscard]] std::string since_typed() const { return screen().substr(typed_at_); }
    [[nodiscard]] std::string exchanged(std::string text) const;

    support::TempDir outputs_;
    Exchanges exchanges_;
    FILE* shell_;
    std::size_t typed_at_ = 0;
};

}  // namespace natscreds::test
