#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/mapping_options.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct DeleteMappingOptions {
    std::string account;
    MappingChoice mapping;
};

/// Whether there was one.
bool take_out(jwt::AccountClaims& claims, const MappingChoice& choice) {
    const auto found = claims.mappings.find(choice.from);
    if (found == claims.mappings.end()) return false;
    const auto removed = std::erase_if(found->second, [&](const jwt::WeightedMapping& one) {
        if (choice.to.empty()) return !choice.cluster || one.cluster == *choice.cluster;
        return choice.is_target(one);
    });
    if (found->second.empty()) claims.mappings.erase(found);
    return removed > 0;
}

base::Status remove(const Session& session, const DeleteMappingOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) {
        if (take_out(draft.claims, options.mapping)) return base::Status();
        return base::Status(base::Error{Errc::no_mapping, options.mapping.text()});
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("deleted mapping " + options.mapping.text());
    return {};
}

}  // namespace

Command delete_mapping() {
    const auto options = std::make_shared<DeleteMappingOptions>();
    console::OptionList named = options->mapping.options();
    named.front().required = true;
    return {
        .options = joined({{account_option(options->account)}, std::move(named)}),
        .examples = {"nsctl delete mapping -a KUBECON --from orders --to orders.v2",
                     "nsctl delete mapping -a KUBECON --from orders"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
