#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
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

/// A file that is being read, and all that was wrong with it: of each key the first mistake, and none of what lies below
/// a key that is wrong itself.
class Document {
  public:
    struct Mistake {
        ConfigurationErrc code;
        std::uint32_t line;
        std::string key;    ///< with dots; empty: the whole file
        std::string words;  ///< with the key in them
    };
    explicit Document(std::filesystem::path path) : file(std::move(path)) {}

    void object(Mistake mistake);
    /// Something else may have been meant by it: what follows from its value is no mistake of its own.
    void suspect(const std::string& key) { suspects_.insert(key); }
    /// Whether neither the key is wrong, nor a table that it stands in.
    [[nodiscard]] bool sound(const std::string& key) const;
    /// In the order of the lines.
    [[nodiscard]] std::vector<base::Error> mistakes() const;

    const std::filesystem::path file;
    std::map<std::string, std::string> values;  ///< each that was read, or its fallback, by its dotted key

  private:
    std::vector<Mistake> mistakes_;
    std::set<std::string> suspects_;
};

/// A table of the file.
///
/// Holds:   reading a value that is missing, or not as it should be, gives the fallback; where it is wrong the
///          document has the mistake from then on. So a reader reads on to its end, and looks once. What two keys say
///          together is looked at only where both are sound().
class TomlSection {
  public:
    TomlSection(const toml::table& table, Document& document, std::string name = "")
        : table_(table), document_(document), name_(std::move(name)) {}

    [[nodiscard]] std::string text(std::string_view key, std::string fallback = "");
    /// What one of these words stands for; the first is the fallback.
    template <class Value>
    [[nodiscard]] Value choice(std::string_view key,
                               std::initializer_list<std::pair<std::string_view, Value>> choices) {
        const std::string found = text(key, std::string(choices.begin()->first));
        std::vector<std::string_view> words;
        for (const auto& [word, value] : choices) {
            if (word == found) return value;
            words.push_back(word);
        }
        object(ConfigurationErrc::bad_value, key, one_of(words));
        return choices.begin()->second;
    }
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
    [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }
    /// The tables of a list, `[[key]]`; each is called by its number, the first 1.
    [[nodiscard]] std::vector<TomlSection> list(std::string_view key);
    /// All keys of this table and of those within it, with dots; each has a text, or a list of texts.
    [[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>> all_texts();
    /// A text, or a list of texts.
    [[nodiscard]] std::vector<std::string> one_or_more(std::string_view key);
    /// All tables of this table, by name.
    [[nodiscard]] std::vector<std::pair<std::string, TomlSection>> sections();

    /// A table of this table with connection settings, no password among them: others may read the file.
    [[nodiscard]] bus::GivenOptions connection(std::string_view key);

    void require(std::string_view key);
    /// To be called when all that can stand here has been read.
    void nothing_else();
    void object(ConfigurationErrc code, std::string_view key, const std::string& expected);
    /// Whether these keys of the table can be relied on.
    [[nodiscard]] bool sound(std::initializer_list<std::string_view> keys) const;

  private:
    /// `"a", "b" or "c"`
    [[nodiscard]] static std::string one_of(const std::vector<std::string_view>& words);
    [[nodiscard]] std::uint32_t line_of(std::string_view key) const;
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[nodiscard]] std::string dotted(std::string_view key) const;
    void note(std::string_view key, std::string value) { document_.values[dotted(key)] = std::move(value); }
    template <class T>
    [[nodiscard]] T exactly(std::string_view key, T fallback, const char* expected);

    const toml::table& table_;
    Document& document_;
    std::string name_;
    std::set<std::string, std::less<>> read_;
};

}  // namespace natscreds::provisioner
