#include "explain/explained.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/joined.h>

namespace natscreds::nsctl {
namespace {

using Document = nlohmann::ordered_json;

std::string_view word_for(jwt::Verdict verdict) {
    switch (verdict) {
        case jwt::Verdict::passed:
            return "ok";
        case jwt::Verdict::refused:
            return "refused";
        case jwt::Verdict::open:
            return "unknown";
    }
    return "";
}

std::string conclusion(const jwt::Admission& admission) {
    switch (admission.verdict()) {
        case jwt::Verdict::passed:
            return "A server lets this user connect.";
        case jwt::Verdict::refused:
            return "A server refuses this user: " + admission.steps.back().found + ".";
        case jwt::Verdict::open:
            return "Nothing here refuses this user; what is unknown above may.";
    }
    return "";
}

std::string shown_use(const jwt::SubjectUse& use) {
    const bool publishes = use.kind == jwt::SubjectUse::Kind::publish;
    return (publishes ? "publish " : "subscribe ") + use.subject +
           (use.queue.empty() ? "" : " in queue group " + use.queue);
}

std::string shown_list_or_none(const std::vector<std::string>& list) {
    return list.empty() ? "none" : base::joined(list, ", ");
}

/// Which entry of which list decides.
std::string reason(const jwt::UserPermissionLimits& permissions, const jwt::SubjectUse& use,
                   const jwt::Ruling& ruling) {
    const bool publishes = use.kind == jwt::SubjectUse::Kind::publish;
    switch (ruling.by) {
        case jwt::Ruling::By::no_list:
            return "nothing allows some subjects only, and nothing denies this one";
        case jwt::Ruling::By::allowed:
            return "allowed by " + in_quotes(ruling.entry);
        case jwt::Ruling::By::denied:
            return "denied by " + in_quotes(ruling.entry);
        case jwt::Ruling::By::not_allowed:
            break;
    }
    return "allowed are only: " + shown_list_or_none((publishes ? permissions.pub : permissions.sub).allow);
}

std::string limits_text(const jwt::UserPermissionLimits& permissions, const jwt::SubjectUse& use,
                        const jwt::Ruling& ruling) {
    std::string text;
    if (!ruling.hidden.empty()) text += "; not delivered: " + base::joined(ruling.hidden, ", ");
    if (use.kind == jwt::SubjectUse::Kind::publish && !ruling.allows() && permissions.resp)
        text += "; but who is sent a request may answer";
    return text;
}

void print_lines(const Session& session, const Explained& explained) {
    std::ostream& out = session.world().out;
    const auto padded = [](std::string_view word, std::size_t width) {
        std::string text(word);
        text.resize(std::max(width, text.size()), ' ');
        return text;
    };
    for (const jwt::CheckedStep& step : explained.admission.steps) {
        out << padded(word_for(step.verdict), 9) << padded(name_of(step.check), 18) << step.found << '\n';
        if (step.verdict != jwt::Verdict::passed && !step.advice.empty())
            out << std::string(27, ' ') << "-> " << step.advice << '\n';
    }
    for (const std::string& note : explained.notes)
        out << "note: " << note << '\n';
    out << '\n' << conclusion(explained.admission) << '\n';
    if (explained.server_said) out << "The server says: " << *explained.server_said << '\n';
    for (const auto& [use, ruling] : explained.uses) {
        const auto& permissions = *explained.admission.permissions;
        out << shown_use(use) << ": " << (ruling.allows() ? "yes, " : "no, ")
            << reason(permissions, use, ruling) << limits_text(permissions, use, ruling) << '\n';
    }
}

Document json_of(const Explained& explained) {
    Document json;
    json["verdict"] = word_for(explained.admission.verdict());
    json["checks"] = Document::array();
    for (const jwt::CheckedStep& step : explained.admission.steps) {
        Document one{
            {"check", name_of(step.check)}, {"verdict", word_for(step.verdict)}, {"found", step.found}};
        if (step.verdict != jwt::Verdict::passed && !step.advice.empty()) one["advice"] = step.advice;
        json["checks"].push_back(std::move(one));
    }
    json["notes"] = explained.notes;
    if (explained.server_said) json["server_said"] = *explained.server_said;
    json["subjects"] = Document::array();
    for (const auto& [use, ruling] : explained.uses) {
        const bool publishes = use.kind == jwt::SubjectUse::Kind::publish;
        Document one{{"use", publishes ? "publish" : "subscribe"}, {"subject", use.subject}};
        if (!use.queue.empty()) one["queue"] = use.queue;
        one["allowed"] = ruling.allows();
        one["reason"] = reason(*explained.admission.permissions, use, ruling);
        if (!ruling.entry.empty()) one["entry"] = ruling.entry;
        if (!ruling.hidden.empty()) one["not_delivered"] = ruling.hidden;
        json["subjects"].push_back(std::move(one));
    }
    return json;
}

}  // namespace

bool Explained::refuses() const {
    return admission.verdict() == jwt::Verdict::refused ||
           std::ranges::any_of(uses, [](const auto& use) { return !use.second.allows(); });
}

void print(const Session& session, const Explained& explained) {
    if (!session.json()) return print_lines(session, explained);
    session.world().out << json_of(explained).dump(1, ' ', false, Document::error_handler_t::replace) << '\n';
}

}  // namespace natscreds::nsctl
