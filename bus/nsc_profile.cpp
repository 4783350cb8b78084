#include "nsc_profile.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/letters.h>
#include <natscreds/base/masked.h>
#include <natscreds/base/program.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

using nlohmann::json;

constexpr std::string_view nsc_scheme = "nsc://";
constexpr std::chrono::seconds max_wait{10};

std::optional<std::filesystem::path> program_on(const std::string& path) {
    for (const std::string_view name : {"nsc", "nsctl"}) {
        if (auto found = base::find_program(name, path)) return found;
    }
    return std::nullopt;
}

bool names_user(std::string_view reference) {
    const std::string_view names =
        reference.substr(nsc_scheme.size(), reference.find('?') - nsc_scheme.size());
    const auto slashes = std::ranges::count(names, '/');
    return slashes >= 2 && !names.ends_with('/');
}

/// What is wrong; behind it nsc prints its usage, and nsctl a hint.
std::string first_line(std::string_view text) {
    const std::string_view whole = base::trimmed(text);
    return base::masked(whole.substr(0, whole.find('\n')));
}

/// What is missing, or is something else, is empty.
std::string text_or_empty(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string servers_of(const json& object) {
    std::string servers;
    const json* const list = object.contains("operator") && object["operator"].is_object() &&
                                     object["operator"].contains("service")
                                 ? &object["operator"]["service"]
                                 : nullptr;
    if (list == nullptr || !list->is_array()) return servers;
    for (const json& one : *list) {
        if (!one.is_string()) continue;
        servers += (servers.empty() ? "" : ",") + one.get<std::string>();
    }
    return servers;
}

base::Error no_profile(const std::string& reference, const std::string& why) {
    return {Errc::bad_option, reference + ": " + why};
}

}  // namespace

bool is_nsc_reference(std::string_view value) {
    return base::lower(value.substr(0, nsc_scheme.size())) == nsc_scheme;
}

base::Result<NscProfile> nsc_profile(const std::string& reference, const Environment& environment) {
    if (!is_nsc_reference(reference) || reference.size() == nsc_scheme.size())
        return no_profile(reference, "such a reference reads nsc://OPERATOR/ACCOUNT/USER");
    const auto program = program_on(environment("PATH").value_or(""));
    if (!program) {
        return no_profile(
            reference,
            "neither nsc nor nsctl is on the PATH to be asked for it; install one of them, or name the "
            "creds file");
    }
    const std::string asked = program->string() + " generate profile: ";
    const auto answer = base::run_program({*program, {"generate", "profile", reference}, max_wait});
    if (!answer && answer.error().code == std::errc::timed_out)
        return no_profile(reference, asked + "no answer within 10s");
    if (!answer) return no_profile(reference, answer.error().message());
    if (answer->exit_code != 0) {
        return no_profile(reference,
                          asked + (answer->err.empty() ? "exit code " + std::to_string(answer->exit_code)
                                                       : first_line(answer->err)));
    }
    const json profile = json::parse(answer->out, nullptr, false);
    if (!profile.is_object()) return no_profile(reference, asked + "its answer is not a JSON object");
    NscProfile found{text_or_empty(profile, "user_creds"), servers_of(profile)};
    if (found.creds.empty() && names_user(reference)) {
        return no_profile(reference,
                          asked +
                              "it has no creds file of this user; nsctl generate creds -o FILE makes one, "
                              "to be named instead");
    }
    return found;
}

}  // namespace natscreds::bus
