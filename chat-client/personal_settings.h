#pragma once

#include <string>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>
#include <natscreds/chat-client/model/settings.h>

namespace natscreds::chat {

/// The settings of the person at the keyboard: from the file that is given, or, where none is, from
/// $XDG_CONFIG_HOME/natscreds/chat.toml (~/.config/natscreds/chat.toml), if it is there.
///
/// Fails: as base::read_file and Settings::parse.
[[nodiscard]] base::Result<Settings> personal_settings(const std::string& given,
                                                       const bus::Environment& environment);

}  // namespace natscreds::chat
