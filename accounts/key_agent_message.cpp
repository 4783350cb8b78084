#include <natscreds/accounts/key_agent_message.h>

#include <algorithm>
#include <span>

namespace natscreds::accounts {
namespace {

constexpr std::uint8_t agent_version = 1;
constexpr std::size_t salt_size = std::tuple_size_v<decltype(nkeys::SealSettings::salt)>;
constexpr std::size_t key_size = nkeys::SealingKey::size;
constexpr std::size_t key_of_request = AgentRequest::size - key_size;
constexpr std::size_t key_of_reply = AgentReply::size - key_size;

void put_number(std::span<std::uint8_t, 4> place, std::uint32_t number) {
    for (std::size_t i = 0; i < 4; ++i)
        place[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

std::uint32_t number_at(base::ByteView bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes.subspan(at, 4))
        number = number << 8U | byte;
    return number;
}

std::uint32_t whole_seconds(std::chrono::seconds time) {
    return static_cast<std::uint32_t>(time.count());
}

bool all_zero(base::ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::optional<AgentRequest> AgentRequest::parse(base::ByteView bytes) {
    if (bytes.size() != size || bytes[0] != agent_version) return std::nullopt;
    if (bytes[1] < 1 || bytes[1] > 4) return std::nullopt;
    AgentRequest request{.what = What{bytes[1]}, .time = std::chrono::seconds(number_at(bytes, 2))};
    std::ranges::copy(bytes.subspan(6, salt_size), request.settings.salt.begin());
    request.settings.passes = number_at(bytes, 6 + salt_size);
    request.settings.mebibytes = number_at(bytes, 10 + salt_size);
    const base::ByteView key = bytes.subspan(key_of_request);
    if (request.what == What::keep) {
        request.key = base::Secret::copy_of(key);
        return request;
    }
    if (request.time.count() != 0 || !all_zero(key)) return std::nullopt;
    if (request.what != What::find && !all_zero(bytes.subspan(6, salt_size + 8))) return std::nullopt;
    return request;
}

base::Secret AgentRequest::encode() const {
    return base::Secret::filled(size, [&](std::span<std::uint8_t> bytes) {
        std::ranges::fill(bytes, std::uint8_t{0});
        bytes[0] = agent_version;
        bytes[1] = static_cast<std::uint8_t>(what);
        if (what != What::keep && what != What::find) return;
        put_number(bytes.subspan<2, 4>(), whole_seconds(time));
        std::ranges::copy(settings.salt, bytes.begin() + 6);
        put_number(bytes.subspan<6 + salt_size, 4>(), settings.passes);
        put_number(bytes.subspan<10 + salt_size, 4>(), settings.mebibytes);
        if (key) std::ranges::copy(key->expose(), bytes.begin() + key_of_request);
    });
}

std::optional<AgentReply> AgentReply::parse(base::ByteView bytes) {
    if (bytes.size() != size || bytes[0] != agent_version || bytes[1] > 1) return std::nullopt;
    AgentReply reply{.left = std::chrono::seconds(number_at(bytes, 2))};
    const base::ByteView key = bytes.subspan(key_of_reply);
    if (bytes[1] == 1) reply.key = base::Secret::copy_of(key);
    if (bytes[1] == 0 && !all_zero(key)) return std::nullopt;
    return reply;
}

base::Secret AgentReply::encode() const {
    return base::Secret::filled(size, [&](std::span<std::uint8_t> bytes) {
        std::ranges::fill(bytes, std::uint8_t{0});
        bytes[0] = agent_version;
        bytes[1] = key ? 1 : 0;
        put_number(bytes.subspan<2, 4>(), whole_seconds(left));
        if (key) std::ranges::copy(key->expose(), bytes.begin() + key_of_reply);
    });
}

}  // namespace natscreds::accounts
