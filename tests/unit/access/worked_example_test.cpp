// The worked example of docs/provisioning.md is what it says it is.
#include <array>
#include <cstdint>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/access/request.h>
#include <natscreds/base/base64url.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/programs.h>
#include <support/temp_dir.h>

using namespace natscreds;

namespace {

/// The page's line that begins so.
std::string line_of(const std::string& page, const std::string& beginning) {
    const std::size_t at = page.find("\n" + beginning);
    REQUIRE(at != std::string::npos);
    return page.substr(at + 1, page.find('\n', at + 1) - at - 1);
}

/// Secret bytes that are 0, 1, 2 and so on.
class Counted final : public base::Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        std::uint8_t next = 0;
        for (std::uint8_t& byte : bytes)
            byte = next++;
    }
};

}  // namespace

TEST_CASE(
    "docs/provisioning.md: the worked example is a request of its claims, signed by its key, at its time") {
    const std::string page = support::read_text(support::source_root() + "/docs/provisioning.md");
    const std::string request = line_of(page, "eyJ0eXAi");
    const std::string claims = line_of(page, "{\"iss\":\"UAB2");
    const base::Time then(std::chrono::seconds(1767225600));
    Counted counted;
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, counted).value();
    const std::string signed_part = request.substr(0, request.rfind('.'));

    CHECK(signed_part.substr(signed_part.find('.') + 1) == base::base64url_encode(base::as_bytes(claims)));
    CHECK(request.substr(signed_part.size() + 1) ==
          base::base64url_encode(key.sign(base::as_bytes(signed_part))));
    const auto read = access::parse_request(request, {.audience = "chat.req.access", .now = then});
    REQUIRE(read);
    REQUIRE(*read);
    CHECK((*read)->key == key.public_key());
    CHECK((*read)->options.name == "wallyqs");
    const auto later =
        access::parse_request(request, {.audience = "chat.req.access", .now = then + std::chrono::hours(1)});
    CHECK(later->error().code == access::Reason::stale);
}
