#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <natscreds/base/bytes.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/sealed_seed.h>

namespace natscreds::accounts {

/// What is asked of a KeyAgent.
///
/// Shape:   62 bytes: the version 1, what is asked, four bytes of seconds, salt, four of passes, four of mebibytes, the
///          key. Numbers are big-endian. What a question does not use is 0.
/// Holds:   each has one spelling: encode() gives what was parsed.
struct AgentRequest {
    enum class What : std::uint8_t { keep = 1, find = 2, forget = 3, time_left = 4 };
    static constexpr std::size_t size = 62;

    What what = What::time_left;
    std::chrono::seconds time{0};          ///< of keep: how long
    nkeys::SealSettings settings = {};     ///< of keep and find
    std::optional<base::Secret> key = {};  ///< of keep

    [[nodiscard]] static std::optional<AgentRequest> parse(base::ByteView bytes);
    [[nodiscard]] base::Secret encode() const;
};

/// What a KeyAgent answers: how long it keeps the key still, and the key, where that was asked for and is there.
///
/// Shape:   38 bytes: the version 1, whether a key is there, four bytes of seconds, the key.
struct AgentReply {
    static constexpr std::size_t size = 38;

    std::chrono::seconds left{0};  ///< 0: it keeps none
    std::optional<base::Secret> key = {};

    [[nodiscard]] static std::optional<AgentReply> parse(base::ByteView bytes);
    [[nodiscard]] base::Secret encode() const;
};

}  // namespace natscreds::accounts
