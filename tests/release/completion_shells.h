#pragma once

#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/temp_dir.h>

/// Completion in the shells themselves.
namespace natscreds::test {

/// What is offered, by the line at whose end it is asked for.
using Offers = std::map<std::string, std::set<std::string>>;

/// The line is parted into words as readline does it, and what is offered is read as bash would; it shows no help.
/// `compopt` says what readline is to complete.
inline constexpr const char* bash_driver = R"bash(
source "$1"; shift
compopt() { echo "$2"; }
for line; do
  echo "== $line"
  program=${line%% *} function=$(complete -p "${line%% *}")
  function=${function#*-F } function=${function%% *}
  parted=${line//=/ = }
  read -ra COMP_WORDS <<<"$parted"
  [[ $line != *' ' ]] || COMP_WORDS+=('')
  COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  "$function" "$program"
  for word in "${COMPREPLY[@]}"; do eval "printf '%s\n' $word"; done
done
)bash";

inline constexpr const char* fish_driver = R"fish(
source $argv[1]
for line in $argv[2..-1]
  echo "== $line"
  complete -C $line
end
)fish";

/// zsh completes at a terminal only. What its functions add is noted as it is added; "~ " stands before what is shown
/// for it.
inline constexpr const char* zsh_driver = R"zsh(
mkdir -p functions
rm -f offers
cp "$1" functions/_${2%% *}
shift
print -rl -- "$@" >lines
cat >.zshrc <<'END'
fpath=($PWD/functions $fpath)
autoload -Uz compinit && compinit -D -u
compadd() {
  local -a found display
  local i
  for ((i = 1; i < $#; i++)); do
    case ${@[i]} in
    -|--) break ;;
    -[ODA]) builtin compadd "$@"; return ;;
    -*d) display=("${(@P)@[i + 1]}") ;;
    esac
  done
  builtin compadd -A found "$@"
  print -rl -- ${(Q)found} >>offers
  (( ! $#display )) || print -rl -- "~ "$^display >>offers
  builtin compadd "$@"
}
every-line() {
  for BUFFER in "${(@f)"$(<lines)"}"; do
    CURSOR=$#BUFFER
    print -r -- "== $BUFFER" >>offers
    zle list-choices
  done
  exit
}
zle -N zle-line-init every-line
END
zmodload zsh/zpty
zpty child 'ZDOTDIR=$PWD COLUMNS=500 zsh -d -i'
while zpty -r child said; do :; done
cat offers
)zsh";

/// A shell without anybody's settings, in a folder of its own.
class CompletingShell {
  public:
    explicit CompletingShell(std::string shell) : shell_(std::move(shell)) {}

    /// What it says, by the script of one program, at the end of each line: "== LINE", and the offers to that.
    [[nodiscard]] std::string answers(const std::string& script, std::vector<std::string> lines) const {
        std::vector<std::string> argv{"bash", "--norc", "-c", bash_driver, "bash"};
        if (shell_ == "zsh") argv = {"zsh", "-f", "-c", zsh_driver, "zsh"};
        if (shell_ == "fish") argv = {"fish", "--no-config", "-c", fish_driver};
        argv.push_back(folder.write("completion", script).string());
        argv.insert(argv.end(), lines.begin(), lines.end());
        const std::string home = (folder / "home").string();
        const support::Outcome outcome =
            support::run({.argv = argv,
                          .folder = folder.path(),
                          .environment = {{"HOME", home}, {"XDG_CONFIG_HOME", home}, {"XDG_DATA_HOME", home}},
                          .deadline = std::chrono::minutes(1)});
        INFO(outcome.out << outcome.err);
        REQUIRE(outcome.exit_code == 0);
        REQUIRE(outcome.err.empty());
        return outcome.out;
    }

    /// The words offered. Those behind "=" are the values alone.
    [[nodiscard]] Offers offers(const std::string& script, const std::vector<std::string>& lines) const {
        Offers offers;
        std::string line;
        std::istringstream answers(this->answers(script, lines));
        for (std::string answer; std::getline(answers, answer);) {
            if (answer.starts_with("== ")) {
                line = answer.substr(3);
                offers[line];
                continue;
            }
            std::string word = answer.substr(0, answer.find('\t'));
            if (word.starts_with("--")) word.erase(0, word.find('=') + 1);
            if (!word.empty() && !word.starts_with("~ ")) offers[line].insert(word);
        }
        return offers;
    }

    support::TempDir folder;

  private:
    std::string shell_;
};

}  // namespace natscreds::test
