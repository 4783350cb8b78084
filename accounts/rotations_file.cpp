#include "rotations_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>
#include <natscreds/base/time_at.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::accounts {
namespace {

using RotationJson = nlohmann::ordered_json;

constexpr std::size_t max_rotations_bytes = 1024 * 1024;

struct KindName {
    Rotation::Of of;
    std::string_view name;
    nkeys::Kind kind;
};

constexpr std::array kind_names{
    KindName{Rotation::Of::operator_identity, "operator", nkeys::Kind::operator_},
    KindName{Rotation::Of::operator_signing_key, "operator signing key", nkeys::Kind::operator_},
    KindName{Rotation::Of::account, "account", nkeys::Kind::account},
    KindName{Rotation::Of::account_signing_key, "account signing key", nkeys::Kind::account},
    KindName{Rotation::Of::user, "user", nkeys::Kind::user},
};

std::filesystem::path rotations_path(const Store& store) {
    return store.operator_path().parent_path() / ".nsctl.rotations";
}

std::string rotation_field(const RotationJson& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A name where the kind has one, and nothing where it has none.
bool has_names(const Rotation& rotation) {
    const bool with_account = !is_of_operator(rotation.of);
    const bool with_user = rotation.of == Rotation::Of::user;
    const auto fits = [](const std::string& name, bool wanted) {
        return wanted ? Name::parse(name).has_value() : name.empty();
    };
    return fits(rotation.account, with_account) && fits(rotation.user, with_user);
}

base::Result<Rotation> parse_rotation(const RotationJson& json) {
    const base::Error bad{Errc::bad_rotations, ""};
    if (!json.is_object()) return bad;
    const std::string name = rotation_field(json, "of");
    const auto* const kind = std::ranges::find(kind_names, name, &KindName::name);
    if (kind == kind_names.end()) return bad;
    Rotation rotation{.of = kind->of,
                      .account = rotation_field(json, "account"),
                      .user = rotation_field(json, "user"),
                      .before = rotation_field(json, "before"),
                      .after = rotation_field(json, "after")};
    const auto begun = json.find("begun");
    const bool counted = begun != json.end() && begun->is_number_unsigned();
    const auto moment = counted ? base::time_at(begun->get<std::uint64_t>()) : std::nullopt;
    if (!moment || !has_names(rotation)) return bad;
    rotation.begun = *moment;
    for (const std::string& key : {rotation.before, rotation.after}) {
        if (!nkeys::PublicKey::parse(key, kind->kind)) return bad;
    }
    return rotation;
}

base::Status write_rotations(const Store& store, const std::vector<Rotation>& rotations) {
    return base::write_file(rotations_path(store), base::as_bytes(rotations_text(rotations)),
                            {.existing = base::Existing::replace});
}

}  // namespace

base::Result<std::vector<Rotation>> parse_rotations(std::string_view text) {
    const RotationJson json = RotationJson::parse(text, nullptr, false);
    if (!json.is_array()) return base::Error{Errc::bad_rotations, ""};
    std::vector<Rotation> rotations;
    for (const RotationJson& one : json) {
        auto rotation = parse_rotation(one);
        if (!rotation) return rotation.error();
        rotations.push_back(*std::move(rotation));
    }
    return rotations;
}

std::string rotations_text(const std::vector<Rotation>& rotations) {
    RotationJson json = RotationJson::array();
    for (const Rotation& one : rotations) {
        RotationJson entry;
        entry["of"] = std::ranges::find(kind_names, one.of, &KindName::of)->name;
        if (!one.account.empty()) entry["account"] = one.account;
        if (!one.user.empty()) entry["user"] = one.user;
        entry["before"] = one.before;
        entry["after"] = one.after;
        entry["begun"] = one.begun.time_since_epoch().count();
        json.push_back(std::move(entry));
    }
    return json.dump(1, ' ', false, RotationJson::error_handler_t::replace) + "\n";
}

base::Result<std::vector<Rotation>> unfinished_rotations(const Store& store) {
    const std::filesystem::path path = rotations_path(store);
    const auto text = base::read_file(path, max_rotations_bytes);
    const bool none =
        !text && text.error().code == std::make_error_condition(std::errc::no_such_file_or_directory);
    if (none) return std::vector<Rotation>();
    if (!text) return text.error();
    auto rotations = parse_rotations(*text);
    if (!rotations) return rotations.error().within(path.string());
    return rotations;
}

base::Status add_rotation(const Store& store, const StoreLock&, const Rotation& rotation) {
    auto rotations = unfinished_rotations(store);
    if (!rotations) return rotations.error();
    rotations->push_back(rotation);
    return write_rotations(store, *rotations);
}

base::Status remove_rotation(const Store& store, const StoreLock&, const Rotation& rotation) {
    auto rotations = unfinished_rotations(store);
    if (!rotations) return rotations.error();
    std::erase(*rotations, rotation);
    return write_rotations(store, *rotations);
}

}  // namespace natscreds::accounts
