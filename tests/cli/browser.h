#pragma once

#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// Goes to a page, and sends its form, and that of the page that comes then, until one has none.
class Browser {
  public:
    Browser(std::string ca, std::vector<std::string> typed) : ca_(std::move(ca)), typed_(std::move(typed)) {}

    /// The last page. `typed` are NAME=VALUE, for those fields that a person fills in.
    [[nodiscard]] std::string go_through(const std::string& address) {
        std::string page = load({address});
        for (int pages = 0; pages < 10; ++pages) {
            std::smatch form;
            if (!std::regex_search(page, form, std::regex("<form[^>]*action=\"([^\"]*)\""))) return page;
            std::vector<std::string> words = fields_of(page);
            words.push_back(form[1]);
            page = load(words);
        }
        FAIL("there is no end of forms");
        return page;
    }

  private:
    [[nodiscard]] std::vector<std::string> fields_of(const std::string& page) const {
        std::vector<std::string> words;
        const auto send = [&](const std::string& field) {
            words.insert(words.end(), {"--data-urlencode", field});
        };
        const std::regex hidden("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");
        for (std::sregex_iterator at(page.begin(), page.end(), hidden), end; at != end; ++at)
            send((*at)[1].str() + "=" + (*at)[2].str());
        for (const std::string& field : typed_) {
            if (page.find("name=\"" + field.substr(0, field.find('=')) + "\" placeholder") !=
                std::string::npos)
                send(field);
        }
        return words;
    }

    [[nodiscard]] std::string load(std::vector<std::string> words) const {
        const std::string jar = (folder_ / "cookies").string();
        words.insert(words.begin(), {"curl", "-sSL", "--cacert", ca_, "-b", jar, "-c", jar});
        const Outcome page = run({.argv = std::move(words)});
        INFO(page.err);
        REQUIRE(page.exit_code == 0);
        return page.out;
    }

    TempDir folder_;
    std::string ca_;
    std::vector<std::string> typed_;
};

/// Where a person goes whom a program has told "the code is in ...".
inline std::string code_address(const std::string& said) {
    std::smatch address;
    REQUIRE(std::regex_search(said, address, std::regex("the code is in (https://[^ \\n]*)")));
    return address[1];
}

}  // namespace natscreds::support
