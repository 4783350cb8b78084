#include <natscreds/provisioner/policy/requesters.h>

namespace natscreds::provisioner {

base::Result<Requesters> Requesters::create(const std::vector<NamedRequester>& all) {
    Requesters requesters;
    for (const NamedRequester& requester : all) {
        const NamedRequester* const same = requesters.find(requester.key);
        if (same != nullptr)
            return base::Error{std::make_error_code(std::errc::invalid_argument),
                               same->name + " and " + requester.name + " are one key"};
        requesters.put(requester);
    }
    return requesters;
}

void Requesters::put(const NamedRequester& requester) {
    erase(requester.name);
    by_name_.emplace(requester.name, requester);
    by_key_.emplace(requester.key, requester.name);
}

void Requesters::erase(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    by_key_.erase({found->second.key, name});
    by_name_.erase(found);
}

const NamedRequester* Requesters::find(const nkeys::PublicKey& key) const {
    const auto found = by_key_.lower_bound({key, ""});
    return found != by_key_.end() && found->first == key ? find(found->second) : nullptr;
}

const NamedRequester* Requesters::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found != by_name_.end() ? &found->second : nullptr;
}

std::vector<NamedRequester> Requesters::all() const {
    std::vector<NamedRequester> all;
    for (const auto& [name, requester] : by_name_)
        all.push_back(requester);
    return all;
}

}  // namespace natscreds::provisioner
