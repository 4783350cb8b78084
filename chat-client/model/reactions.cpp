#include <natscreds/chat-client/model/reactions.h>

#include <algorithm>

#include <natscreds/chat-client/model/graphemes.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {

bool Reactions::apply(const Change& change) {
    auto sign = std::ranges::find(signs_, change.sign, &Sign::sign);
    if (sign == signs_.end()) {
        if (signs_.size() >= max_signs) return false;
        signs_.push_back({change.sign, {}});
        sign = std::prev(signs_.end());
    }
    const auto given = std::ranges::find(sign->given, change.by, &Given::by);
    if (given == sign->given.end()) {
        if (sign->given.size() >= max_people) return false;
        sign->given.push_back({change.by, change.revision, !change.withdrawn});
        return !change.withdrawn;
    }
    if (change.revision <= given->revision) return false;
    given->revision = change.revision;
    return std::exchange(given->stands, !change.withdrawn) == change.withdrawn;
}

std::vector<Reactions::Count> Reactions::counts() const {
    std::vector<Count> counts;
    for (const Sign& sign : signs_) {
        const auto people = std::ranges::count(sign.given, true, &Given::stands);
        if (people > 0) counts.push_back({sign.sign, static_cast<std::size_t>(people)});
    }
    return counts;
}

Reactions::Own Reactions::of(const nkeys::PublicKey& person, std::string_view sign) const {
    const auto found = std::ranges::find(signs_, sign, &Sign::sign);
    if (found == signs_.end()) return {};
    const auto given = std::ranges::find(found->given, person, &Given::by);
    if (given == found->given.end()) return {};
    return {.revision = given->revision, .stands = given->stands};
}

bool is_reaction(std::string_view sign) {
    if (sign.empty() || sign.size() > max_reaction_bytes || harmless(sign) != sign) return false;
    const std::vector<std::string_view> pieces = graphemes(sign);
    const auto first = static_cast<unsigned char>(sign.front());
    const bool ascii_sign = sign == "+" || sign == "-" || sign == "!" || sign == "?";
    return pieces.size() == 1 && cells(pieces.front()).most > 0 && (first >= 0x80 || ascii_sign);
}

}  // namespace natscreds::chat
