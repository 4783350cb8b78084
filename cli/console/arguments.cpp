#include <natscreds/cli/console/arguments.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <natscreds/bus/errc.h>

namespace natscreds::console {
namespace {

bool digit(char character) {
    return character >= '0' && character <= '9';
}

/// A word with a dash that nobody would write for an option.
bool looks_like_value(std::string_view word) {
    return word.size() < 2 || digit(word[1]) || word[1] == '.' ||
           word.find_first_of(" \t\n") != std::string_view::npos;
}

class Arranger {
  public:
    Arranger(const std::vector<std::string>& arguments, const std::vector<KnownOption>& known)
        : known_(known), next_(arguments.begin()), end_(arguments.end()) {}

    base::Result<std::vector<std::string>> arrange() {
        while (next_ != end_) {
            const std::string& word = *next_++;
            if (word == "--") break;
            take(word);
        }
        if (!incomplete_.empty()) return base::Error{bus::Errc::bad_option, incomplete_ + " needs a value"};
        values_.insert(values_.end(), next_, end_);
        if (values_.empty()) return std::move(options_);
        options_.emplace_back("--");
        options_.insert(options_.end(), values_.begin(), values_.end());
        return std::move(options_);
    }

  private:
    void take(const std::string& word) {
        if (word.empty() || word[0] != '-') {
            values_.push_back(word);
        } else if (const KnownOption* option = find_long(word)) {
            take_long(*option, word);
        } else if (const KnownOption* letter = find_short(word)) {
            take_short(*letter, word);
        } else if (looks_like_value(word)) {
            values_.push_back(word);
        } else {
            options_.push_back(word);
        }
    }

    void take_long(const KnownOption& option, const std::string& word) {
        const std::string whole = "--" + option.long_name;
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos && option.value == KnownOption::Value::none)
            return options_.push_back(whole);
        const std::string value = equals != std::string::npos ? word.substr(equals + 1) : value_of(word);
        if (value.empty()) return add_empty(whole);
        options_.push_back(whole + "=" + value);
    }

    void take_short(const KnownOption& option, const std::string& word) {
        if (option.value == KnownOption::Value::none) {
            options_.push_back(word);
            return;
        }
        std::string value = word.size() == 2 ? value_of(word) : word.substr(2);
        if (word.size() > 2 && value[0] == '=') value.erase(0, 1);
        if (value.empty()) return add_empty(word.substr(0, 2));
        options_.push_back(word.substr(0, 2) + value);
    }

    /// After "--server=" parse() would take the next word for the value.
    void add_empty(const std::string& option) {
        options_.push_back(option);
        options_.emplace_back();
    }

    std::string value_of(const std::string& option) {
        if (next_ != end_) return *next_++;
        incomplete_ = option;
        return {};
    }

    [[nodiscard]] const KnownOption* find_long(std::string_view word) const {
        word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
        const std::string_view name = word.substr(0, word.find('='));
        const auto found = std::find_if(known_.begin(), known_.end(), [name](const KnownOption& option) {
            return name.size() > 1 && option.long_name == name;
        });
        return found != known_.end() ? &*found : nullptr;
    }

    [[nodiscard]] const KnownOption* find_short(std::string_view word) const {
        if (word.size() < 2) return nullptr;
        const auto found = std::find_if(known_.begin(), known_.end(), [word](const KnownOption& option) {
            return !option.short_name.empty() && option.short_name == word.substr(1, 1);
        });
        return found != known_.end() ? &*found : nullptr;
    }

    const std::vector<KnownOption>& known_;
    std::vector<std::string>::const_iterator next_;
    std::vector<std::string>::const_iterator end_;
    std::vector<std::string> options_;
    std::vector<std::string> values_;
    std::string incomplete_;
};

}  // namespace

base::Result<std::vector<std::string>> arranged(const std::vector<std::string>& arguments,
                                                const std::vector<KnownOption>& known) {
    return Arranger(arguments, known).arrange();
}

}  // namespace natscreds::console
