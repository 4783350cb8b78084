// What is asked of an agent, and what it answers: what is taken for one is written as it was read.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <natscreds/accounts/key_agent_message.h>
#include "require.h"

using natscreds::accounts::AgentReply;
using natscreds::accounts::AgentRequest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const natscreds::base::ByteView bytes(data, size);
    if (const auto request = AgentRequest::parse(bytes))
        natscreds::fuzz::require(std::ranges::equal(request->encode().expose(), bytes));
    if (const auto reply = AgentReply::parse(bytes))
        natscreds::fuzz::require(std::ranges::equal(reply->encode().expose(), bytes));
    return 0;
}
