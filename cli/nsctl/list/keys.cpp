#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/bytes.h>
#include <natscreds/cli/console/table.h>
#include <natscreds/nkeys/key_file.h>

#include "commands.h"
#include "shared/key_choice.h"

namespace natscreds::nsctl {
namespace {

struct ListKeysOptions {
    KeyChoice choice;
    bool seeds = false;
};

/// The seed of a stored key, which was asked for; nothing where it is not stored.
base::Result<std::string> seed_of(const Session& session, const TreeKey& row) {
    if (!row.stored) return std::string();
    const auto key = nkeys::PublicKey::parse(row.key);
    if (!key) return key.error();
    if (row.curve) {
        const auto curve = nkeys::load_curve_seed(session.keys().key_path(*key), session.keys().unlocker());
        if (!curve) return curve.error();
        const base::Secret seed = curve->seed_text();
        return std::string(base::as_text(seed.expose()));
    }
    const auto signing = session.keys().load(*key);
    if (!signing) return signing.error();
    const base::Secret seed = signing->seed_text();
    return std::string(base::as_text(seed.expose()));
}

base::Result<std::string> key_cell(const Session& session, const TreeKey& row, bool seeds) {
    if (!row.problem.empty()) return "! " + row.problem;
    if (!seeds) return row.key;
    const auto seed = seed_of(session, row);
    if (!seed) return seed.error();
    return seed->empty() ? row.key + " [!]" : *seed;
}

std::string signing_cell(const TreeKey& row) {
    if (row.curve) return "T";
    return row.signing_key ? "*" : "";
}

/// As nsc ends the table, where there is such a row.
std::string legend(const std::vector<TreeKey>& rows, bool seeds) {
    const auto any = [&](const auto& is_it) { return std::ranges::any_of(rows, is_it); };
    std::string text;
    if (any([](const TreeKey& row) { return row.entity == "?"; }))
        text += "[?] unreferenced key - may belong to a different operator context\n";
    if (seeds && any([](const TreeKey& row) { return !row.stored; })) text += "[ ! ] seed is not stored\n";
    if (any([](const TreeKey& row) { return row.curve; })) text += "[ T ] auth callout encryption target\n";
    return text;
}

base::Result<std::string> as_table(const Session& session, const ListKeysOptions& options,
                                   const std::vector<TreeKey>& rows) {
    console::Table table(options.seeds ? "Seeds Keys" : "Keys");
    options.seeds ? table.add_row({"Entity", "Private Key", "Signing Key"})
                  : table.add_row({"Entity", "Key", "Signing Key", "Stored"});
    table.add_separator();
    for (const TreeKey& row : rows) {
        const std::size_t depth = row.entity == "?" ? 0 : static_cast<std::size_t>(row.level);
        const auto key = key_cell(session, row, options.seeds);
        if (!key) return key.error();
        std::vector<std::string> cells{std::string(depth, ' ') + row.entity, *key, signing_cell(row)};
        if (!options.seeds) cells.emplace_back(row.stored ? "*" : "");
        table.add_row(std::move(cells));
    }
    return table.text() + legend(rows, options.seeds);
}

base::Result<std::string> as_json(const Session& session, const ListKeysOptions& options,
                                  const std::vector<TreeKey>& rows) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const TreeKey& row : rows) {
        json.push_back({{"name", row.entity},
                        {"public_key", row.key},
                        {"signing_key", row.signing_key},
                        {"stored", row.stored}});
        if (row.curve) json.back()["curve"] = true;
        if (!row.problem.empty()) json.back()["problem"] = row.problem;
        if (!options.seeds || !row.stored) continue;
        const auto seed = seed_of(session, row);
        if (!seed) return seed.error();
        json.back()["seed"] = *seed;
    }
    return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

base::Status list_keys(const Session& session, const ListKeysOptions& options) {
    const auto keys = options.choice.keys(session);
    if (!keys) return keys.error();
    auto text = session.json() ? as_json(session, options, *keys) : as_table(session, options, *keys);
    if (!text) return text.error();
    session.world().out << *text;
    base::wipe(*text);
    return {};
}

}  // namespace

Command list_keys() {
    const auto options = std::make_shared<ListKeysOptions>();
    return {
        .options = joined({options->choice.options(),
                           {{"-x,--curve", &options->choice.curves, "the accounts' curve keys"},
                            {.names = "-S,--show-seeds",
                             .to = &options->seeds,
                             .help = "the seeds, instead of the public keys",
                             .excludes = {"--not-referenced"}}}}),
        .examples = {"nsctl list keys", "nsctl list keys --account KUBECON -J",
                     "nsctl list keys --operator --not-referenced"},
        .run = [options](const Session& session) { return list_keys(session, *options); },
    };
}

}  // namespace natscreds::nsctl
