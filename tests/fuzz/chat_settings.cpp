// Whatever a settings file contains, it is read whole or refused with its name, and each action keeps one key.
#include <set>

#include <natscreds/base/bytes.h>
#include <natscreds/chat-client/model/settings.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto settings = chat::Settings::parse(base::as_text({data, size}), "chat.toml");
    if (!settings) {
        fuzz::require(settings.error().detail.starts_with("chat.toml:"));
        return 0;
    }
    std::set<chat::Key> keys;
    for (std::size_t i = 0; i < chat::action_names.size(); ++i)
        fuzz::require(keys.insert(settings->key_of(static_cast<chat::Action>(i))).second);
    for (const chat::Settings::Entry& entry : settings->entries())
        fuzz::require(chat::Settings(*settings).set(entry.name, entry.value).has_value());
    return 0;
}
