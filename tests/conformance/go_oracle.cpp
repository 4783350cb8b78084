#include "go_oracle.h"

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include <support/process.h>
#include <support/programs.h>

namespace natscreds::support {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GoIssue, severity, text)

namespace {

using nlohmann::json;

void check_present() {
    const std::filesystem::path go = std::filesystem::path(source_root()) / ".deps" / "go";
    if (std::filesystem::exists(go)) return;
    throw std::runtime_error(go.string() + " is missing: run scripts/setup, then build again");
}

json to_json(const GoRequest& request) {
    return {{"op", request.op},
            {"type", request.type},
            {"token", request.token},
            {"payload", request.payload},
            {"seed", request.seed}};
}

template <class T>
std::vector<T> list(const json& value) {
    return value.is_null() ? std::vector<T>() : value.get<std::vector<T>>();
}

GoAnswer from_json(const json& answer) {
    return {.refused = answer.at("refused"),
            .unwritable = answer.at("unwritable"),
            .payload = answer.at("payload"),
            .token = answer.at("token"),
            .issues = list<GoIssue>(answer.at("issues")),
            .fields = list<std::string>(answer.at("fields"))};
}

}  // namespace

std::vector<GoAnswer> ask_go(const std::vector<GoRequest>& requests) {
    check_present();
    Command command{.argv = {program("go_oracle")}};
    for (const GoRequest& request : requests)
        command.input += to_json(request).dump() + "\n";
    const Outcome outcome = run(command);
    if (outcome.exit_code != 0) throw std::runtime_error("go_oracle: " + outcome.err);
    std::vector<GoAnswer> answers;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);)
        answers.push_back(from_json(json::parse(line)));
    if (answers.size() != requests.size()) throw std::runtime_error("go_oracle: an answer is missing");
    return answers;
}

}  // namespace natscreds::support
