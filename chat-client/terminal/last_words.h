#pragma once

#include <string_view>

#include <termios.h>

namespace natscreds::chat {

/// What a terminal is to be told and given back, should the process be ended by a signal that nobody waits for: a
/// crash, abort().
struct LastWords {
    int terminal;
    termios modes;
    std::string_view text;  ///< outlives the process's use of it
};

/// From now on such a signal first says the last words, and then does what it did before. A signal that is ignored stays
/// so. The last call counts.
///
/// Thread:  one; the signal may come on any.
void set_last_words(const LastWords& words);
/// The signals do again what they did before.
void clear_last_words();

}  // namespace natscreds::chat
