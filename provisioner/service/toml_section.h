#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/provisioner/service/configuration.h>

namespace natscreds::provisioner {

/// A file that is being read, and the first thing that was wrong with it.
struct Document {
    std::filesystem::path file;
    std::optional<base::Error> first_error;

    void object(ConfigurationErrc code, std::uint32_t line, const std::string& what);
};

/// A table of the file.
///
/// Holds:   reading a value that is missing, or not as it should be, gives the fallback; where it is wrong the
///          document has the error from then on. So a reader reads on to its end, and looks once.
class TomlSection {
  public:
    TomlSection(const toml::table& table, Document& document, std::string name = "")
        : table_(table), document_(document), name_(std::move(name)) {}

    [[nodiscard]] std::string text(std::string_view key, std::string fallback = "");
    [[nodiscard]] bool flag(std::string_view key);
    /// A whole number, not below zero.
    [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t fallback);
    [[nodiscard]] std::chrono::seconds duration(std::string_view key, std::chrono::seconds fallback);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key,
                                                 std::vector<std::string> fallback = {});
    [[nodiscard]] std::vector<nkeys::PublicKey> keys(std::string_view key, nkeys::Kind kind);
    [[nodiscard]] std::filesystem::path path(std::string_view key);

    /// A relative path starts at the file's folder; no name stays no path.
    [[nodiscard]] std::filesystem::path beside_file(const std::string& name) const;

    /// A table of this table; an empty one when it is not there.
    [[nodiscard]] TomlSection section(std::string_view key);
    /// Whether there is such a table.
    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    /// All tables of this table, by name.
    [[nodiscard]] std::vector<std::pair<std::string, TomlSection>> sections();

    /// A table of this table with connection settings, no password among them: others may read the file.
    [[nodiscard]] bus::GivenOptions connection(std::string_view key);

    void require(std::string_view key);
    /// To be called when all that can stand here has been read.
    void nothing_else();
    void object(ConfigurationErrc code, std::string_view key, const std::string& expected);

  private:
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[nodiscard]] std::string dotted(std::string_view key) const;
    template <class T>
    [[nodiscard]] T exactly(std::string_view key, T fallback, const char* expected);

    const toml::table& table_;
    Document& document_;
    std::string name_;
    std::set<std::string, std::less<>> read_;
};

}  // namespace natscreds::provisioner
