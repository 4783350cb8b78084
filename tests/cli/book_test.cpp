// The pages as a site.
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>

namespace natscreds::test {
namespace {

using support::Outcome;

/// What scripts/book reads, in a folder where it may be changed.
class Pages {
  public:
    Pages() {
        const std::filesystem::path root = support::source_root();
        for (const std::string name : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
                                       "LICENSE", "mkdocs.yml", "docs", "conf", "examples"}) {
            std::filesystem::copy(root / name, folder_ / name, std::filesystem::copy_options::recursive);
        }
        std::filesystem::create_directory(folder_ / "scripts");
        std::filesystem::copy_file(root / "scripts/book", folder_ / "scripts/book");
    }

    void add(const std::string& page, const std::string& line) const {
        std::ofstream(folder_ / page, std::ios::app) << '\n' << line << '\n';
    }

    [[nodiscard]] Outcome make() const {
        return support::run({.argv = {(folder_ / "scripts/book").string()}});
    }

    [[nodiscard]] bool has(const std::string& file) const {
        return std::filesystem::is_regular_file(folder_ / "build/book/site" / file);
    }

  private:
    support::TempDir folder_;
};

TEST_CASE("scripts/book: every page is in the site, and what it links to") {
    const Pages pages;
    const Outcome made = pages.make();
    INFO(made.err);
    CHECK(made.exit_code == 0);
    CHECK(pages.has("index.html"));
    CHECK(pages.has("docs/operating.html"));
    CHECK(pages.has("conf/policy/chat.toml"));
}

TEST_CASE("scripts/book: a link that leads nowhere is told, and a page that has no place") {
    const Pages pages;
    pages.add("docs/tls.md", "[lost](nowhere.md)");
    const Outcome lost = pages.make();
    CHECK(lost.exit_code != 0);
    CHECK(lost.err.find("nowhere.md") != std::string::npos);

    const Pages others;
    others.add("docs/new.md", "# New");
    const Outcome placeless = others.make();
    CHECK(placeless.exit_code != 0);
    CHECK(placeless.err.find("mkdocs.yml has no place for docs/new.md") != std::string::npos);
}

}  // namespace
}  // namespace natscreds::test
