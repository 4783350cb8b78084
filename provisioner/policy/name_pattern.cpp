#include <natscreds/provisioner/policy/name_pattern.h>

#include <algorithm>
#include <array>
#include <optional>

#include <natscreds/access/reason.h>
#include <natscreds/base/joined.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/wildcard.h>
#include <natscreds/provisioner/policy/name.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

constexpr std::array<std::string_view, 4> placeholders{"requester", "namespace", "service_account", "pod"};
constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

base::Error invalid_pattern(std::string why) {
    return {std::make_error_code(std::errc::invalid_argument), std::move(why)};
}

/// What stands in a pattern: text, or the name of a fact.
struct Part {
    std::string_view text;
    bool is_fact;
};

/// Takes the next part off; nothing for a placeholder without an end.
std::optional<Part> next_part(std::string_view& rest) {
    if (!rest.starts_with(opening)) {
        const Part part{.text = rest.substr(0, rest.find(opening)), .is_fact = false};
        rest.remove_prefix(part.text.size());
        return part;
    }
    const std::size_t end = rest.find(closing);
    if (end == std::string_view::npos) return std::nullopt;
    const Part part{.text = rest.substr(opening.size(), end - opening.size()), .is_fact = true};
    rest.remove_prefix(end + closing.size());
    return part;
}

/// However long it is: a name's length is looked at when it is whole.
bool may_stand_in_names(std::string_view text) {
    constexpr std::size_t part = Name::longest - 1;
    for (std::size_t at = 0; at < text.size(); at += part) {
        if (!Name::parse("x" + std::string(text.substr(at, part)))) return false;
    }
    return true;
}

/// What issuers say is not made for names: "acme/shop" and "ann@acme.com" become "acme-shop" and "ann-acme-com". Letters
/// outside ASCII stay, and so are refused.
std::string folded(std::string_view text) {
    std::string small = base::lower(text);
    std::ranges::replace_if(
        small,
        [](char c) {
            return base::is_printable(c) && !may_stand_in_names({&c, 1});
        },
        '-');
    return small;
}

constexpr std::string_view claim_opening = "claim(";

bool is_claim(std::string_view placeholder) {
    return placeholder.starts_with(claim_opening) && placeholder.ends_with(')') &&
           placeholder.size() > claim_opening.size() + 1;
}

bool is_placeholder(std::string_view text) {
    return is_claim(text) || std::ranges::find(placeholders, text) != placeholders.end();
}

std::string known_placeholders() {
    return base::joined(placeholders, ", ",
                        [](std::string_view name) {
                            return std::string(opening) + std::string(name) + std::string(closing);
                        }) +
           " and {{claim(NAME)}}";
}

/// So many wildcards for one pattern are compared; more are taken for any.
constexpr std::size_t max_alternatives = 256;

/// What a fact may look like in a name: its wildcards, folded between the stars.
std::vector<std::string> possible_texts(std::string_view fact, const FactWildcards& known) {
    const auto found = known.find(fact);
    if (found == known.end() || found->second.empty()) return {"*"};
    std::vector<std::string> texts;
    for (const std::string& wildcard : found->second) {
        std::string text = is_claim(fact) ? folded(wildcard) : base::lower(wildcard);
        for (std::size_t i = 0; i < wildcard.size(); ++i) {
            if (wildcard[i] == '*') text[i] = '*';
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

std::vector<std::string> each_followed_by(const std::vector<std::string>& beginnings,
                                          const std::vector<std::string>& ends) {
    if (beginnings.size() * ends.size() > max_alternatives) return each_followed_by(beginnings, {"*"});
    std::vector<std::string> all;
    for (const std::string& beginning : beginnings) {
        for (const std::string& end : ends)
            all.push_back(beginning + end);
    }
    return all;
}

}  // namespace

base::Status check_name_pattern(std::string_view pattern) {
    if (pattern.empty()) return invalid_pattern("a pattern of names is not empty");
    for (std::string_view rest = pattern; !rest.empty();) {
        const auto part = next_part(rest);
        if (!part) return invalid_pattern("{{ without }}");
        if (part->is_fact && !is_placeholder(part->text))
            return invalid_pattern("of placeholders there are " + known_placeholders());
        if (part->is_fact) continue;
        std::string text(part->text);
        std::erase(text, '*');
        if (!may_stand_in_names(text))
            return invalid_pattern("a name has a-z, 0-9, _ and -, and * stands for any of them");
    }
    return {};
}

base::Result<std::string> fill_in(std::string_view pattern, const NameFacts& facts) {
    std::string filled;
    for (std::string_view rest = pattern; !rest.empty();) {
        const auto part = next_part(rest);
        if (!part) return invalid_pattern("{{ without }}");
        if (!part->is_fact) {
            filled += part->text;
            continue;
        }
        const auto fact = facts.find(part->text);
        if (fact == facts.end()) {
            return base::Error{Reason::role_denied, "names here are made of {{" + std::string(part->text) +
                                                        "}}, which is not known of this requester"};
        }
        const std::string text = is_claim(part->text) ? folded(fact->second) : base::lower(fact->second);
        if (!may_stand_in_names(text)) {
            return base::Error{Reason::bad_name,
                               "the " + std::string(part->text) +
                                   " of this requester cannot stand in a name, which has a-z, 0-9, _ "
                                   "and -"};
        }
        filled += text;
    }
    return filled;
}

bool could_give(std::string_view pattern, std::string_view name, const FactWildcards& known) {
    std::vector<std::string> wildcards{""};
    for (std::string_view rest = pattern; !rest.empty();) {
        const auto part = next_part(rest);
        if (!part) return false;
        wildcards =
            each_followed_by(wildcards, part->is_fact ? possible_texts(part->text, known)
                                                      : std::vector<std::string>{std::string(part->text)});
    }
    return std::ranges::any_of(
        wildcards, [&](const std::string& wildcard) { return base::wildcard_matches(wildcard, name); });
}

base::Status check_name(const std::vector<std::string>& patterns, std::string_view name,
                        const NameFacts& facts) {
    if (patterns.empty()) return {};
    std::vector<std::string> given;
    std::optional<base::Error> unknown;
    for (const std::string& pattern : patterns) {
        const auto filled = fill_in(pattern, facts);
        if (!filled) {
            unknown = filled.error();
            continue;
        }
        if (base::wildcard_matches(*filled, name)) return {};
        given.push_back(*filled);
    }
    if (given.empty()) return base::Error{Reason::role_denied, unknown->detail};
    return base::Error{Reason::role_denied, "the name " + std::string(name) +
                                                " is not given to this requester, who may have " +
                                                base::joined(given, ", ")};
}

}  // namespace natscreds::provisioner
