#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/mapping_options.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct AddMappingOptions {
    std::string account;
    MappingChoice mapping;
    std::int64_t weight = 100;
};

/// The same target again has another weight.
void put(jwt::AccountClaims& claims, const AddMappingOptions& options) {
    auto& targets = claims.mappings[options.mapping.from];
    const auto known = std::ranges::find_if(
        targets, [&](const jwt::WeightedMapping& one) { return options.mapping.is_target(one); });
    // 100 is not written, as nsc does not.
    const std::int64_t weight = options.weight == 100 ? 0 : options.weight;
    if (known != targets.end()) {
        known->weight = weight;
        return;
    }
    targets.push_back({.subject = options.mapping.to,
                       .weight = weight,
                       .cluster = options.mapping.cluster.value_or(""),
                       .extra = {}});
}

base::Status add(const Session& session, const AddMappingOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) {
        put(draft.claims, options);
        return base::Status();
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("added mapping " + options.mapping.text() + ", weight " + std::to_string(options.weight) +
                 "%");
    return {};
}

}  // namespace

Command add_mapping() {
    const auto options = std::make_shared<AddMappingOptions>();
    console::OptionList named = options->mapping.options();
    named[0].required = named[1].required = true;
    return {
        .options = joined({{account_option(options->account)},
                           std::move(named),
                           {{.names = "--weight",
                             .to = &options->weight,
                             .help = "percent of the messages (default 100)",
                             .range = console::Range{1, 100}}}}),
        .examples = {"nsctl add mapping -a KUBECON --from orders --to orders.v2 --weight 20",
                     "nsctl add mapping -a KUBECON --from 'files.*' --to 'files.sfo2.{{wildcard(1)}}' "
                     "--cluster sfo2"},
        .run = [options](const Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
