#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// A user's name: what others see in the chat, and what may stand in a subject.
///
/// Shape:   1 to 63 characters of a-z 0-9 _ -, the first one a letter: as long as a label of Kubernetes. The rule is
///          one of security too: a name `>` would become a wildcard where a template puts it into a subject.
/// Fails:   access::Reason::bad_name, with a sentence that says the rule and nothing of the name.
class Name {
  public:
    static constexpr std::size_t longest = 63;

    [[nodiscard]] static base::Result<Name> parse(std::string_view text);

    /// As the tutorial's requesters write names: the first word, in any case. Then the same rule.
    [[nodiscard]] static base::Result<Name> fold(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    bool operator==(const Name&) const = default;

  private:
    explicit Name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// Whether a text is a name as the ledger has it: by itself in the default account, or "A.../NAME" in another.
/// Fails: as Name::parse; for what stands before the slash as nkeys::PublicKey::parse.
[[nodiscard]] base::Status check_ledger_name(std::string_view text);

}  // namespace natscreds::provisioner
