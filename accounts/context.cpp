#include <natscreds/accounts/context.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/store.h>
#include <natscreds/base/file.h>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t max_context_bytes = 64 * 1024;

std::optional<Name> name_of(std::string_view text) {
    const base::Result<Name> name = Name::parse(text);
    return name ? std::optional(*name) : std::nullopt;
}

/// The name of a field; nothing where the field is missing, empty, or no name.
std::optional<Name> name_in(const Json& json, const char* field) {
    const auto found = json.find(field);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    return name_of(found->get<std::string>());
}

bool has_operators(const fs::path& folder) {
    const auto there = operators(folder);
    return there && !there->empty();
}

/// The operator whose folder this is.
std::optional<Name> operator_in(const fs::path& folder) {
    const std::optional<Name> name = name_of(folder.filename().string());
    if (!name || !Store::open(folder.parent_path(), *name)) return std::nullopt;
    return name;
}

/// The account in whose folder `inside` lies, which lies in the operator's folder.
std::optional<Name> account_around(const fs::path& operator_folder, const fs::path& inside) {
    const fs::path rest = inside.lexically_relative(operator_folder);
    auto part = rest.begin();
    if (part == rest.end() || *part != "accounts" || ++part == rest.end()) return std::nullopt;
    return name_of(part->string());
}

/// What may not be looked at is not gone: whoever uses it should be told.
bool is_gone(const base::Result<Store>& store) {
    return !store && store.error().code == Errc::no_such_operator;
}

}  // namespace

base::Result<Context> Context::load(const Folders& folders, const Surroundings& surroundings) {
    Context context;
    context.file_ = folders.config.path / "nsc.json";
    context.stores_ = folders.stores;
    context.current_folder_only_ = surroundings.variable("NSC_CWD_ONLY").has_value();
    if (!context.current_folder_only_) {
        if (base::Status read = context.read_file(); !read) return read.error();
    }
    context.look_around(surroundings.current_folder);
    if (folders.stores_named) context.stores_ = folders.stores;
    context.settle();
    return context;
}

base::Status Context::read_file() {
    base::Result<std::string> text = base::read_file(file_, max_context_bytes);
    if (!text) {
        const bool missing = text.error().code == std::errc::no_such_file_or_directory;
        return missing ? base::Status() : base::Status(text.error());
    }
    const Json json = Json::parse(*text, nullptr, false);
    if (!json.is_object()) return base::Error{Errc::bad_context, file_.string()};
    const auto root = json.find("store_root");
    if (root != json.end() && root->is_string() && !root->get<std::string>().empty()) {
        stores_ = {root->get<std::string>(), "nsc.json"};
    }
    operator_ = name_in(json, "operator");
    account_ = name_in(json, "account");
    operator_from_ = account_from_ = "nsc.json";
    remembered_ = std::move(*text);
    return {};
}

void Context::look_around(const fs::path& current_folder) {
    if (!operator_in(current_folder) && has_operators(current_folder)) {
        stores_ = {current_folder, "current folder"};
        from_current_folder_ = true;
        return;
    }
    for (fs::path folder = current_folder; folder.has_relative_path(); folder = folder.parent_path()) {
        const std::optional<Name> found = operator_in(folder);
        if (!found) continue;
        stores_ = {folder.parent_path(), "current folder"};
        operator_ = found;
        operator_from_ = "current folder";
        if (const auto account = account_around(folder, current_folder)) {
            account_ = account;
            account_from_ = "current folder";
        }
        from_current_folder_ = true;
        return;
    }
}

void Context::settle() {
    if (!operator_ || is_gone(Store::open(stores_.path, *operator_))) {
        operator_ = only_operator(stores_.path);
        operator_from_ = operator_ ? "the only one" : "";
    }
    const base::Result<Store> store =
        operator_ ? Store::open(stores_.path, *operator_) : base::Error{Errc::no_operator_chosen, ""};
    const bool account_there = store && account_ && store->holds_account(*account_);
    if (account_there) return;
    account_ = store ? store->only_account() : std::nullopt;
    account_from_ = account_ ? "the only one" : "";
}

void Context::choose_stores(fs::path stores) {
    stores_ = {std::move(stores), "--store"};
    settle();
}

void Context::choose_operator(const Name& operator_name) {
    operator_ = operator_name;
    operator_from_ = "--operator";
    settle();
}

void Context::choose_account(const Name& account) {
    account_ = account;
    account_from_ = "--account";
    settle();
}

base::Status Context::save(base::Time now) const {
    if (current_folder_only_) return {};
    Json json = Json::parse(remembered_);
    json["store_root"] = stores_.path.string();
    json["operator"] = operator_ ? operator_->text() : "";
    json["account"] = account_ ? account_->text() : "";
    if (!json.contains("github_updates")) json["github_updates"] = "nats-io/nsc";
    if (!json.contains("last_update")) json["last_update"] = now.time_since_epoch().count();
    if (base::Status made = base::make_private_folder(file_.parent_path()); !made) return made;
    const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
    return base::write_file(file_, base::as_bytes(text), {.existing = base::Existing::replace});
}

}  // namespace natscreds::accounts
