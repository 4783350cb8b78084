#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/template.h>

using namespace natscreds;
using jwt::Errc;
using List = std::vector<std::string>;

namespace {

const jwt::TemplateValues wallyqs{.name = "wallyqs",
                                  .subject = "UABC",
                                  .tags = {"team:red", "team:blue", "site:west"},
                                  .account_name = "KUBECON",
                                  .account_subject = "AABC",
                                  .account_tags = {"env:prod"}};

jwt::UserPermissionLimits publishing(List allow, List deny = {}) {
    jwt::UserPermissionLimits scope;
    scope.pub.allow = std::move(allow);
    scope.pub.deny = std::move(deny);
    return scope;
}

List allowed(const std::string& entry) {
    return jwt::fill_template(publishing({entry}), wallyqs)->pub.allow;
}

}  // namespace

TEST_CASE("Template: names, subjects and tags are filled in, of the user and of the account") {
    CHECK(allowed("a.{{name()}}.b") == List{"a.wallyqs.b"});
    CHECK(allowed("_INBOX_.{{subject()}}.>") == List{"_INBOX_.UABC.>"});
    CHECK(allowed("{{account-name()}}.{{account-subject()}}") == List{"KUBECON.AABC"});
    CHECK(allowed("{{tag(site)}}.{{account-tag(env)}}") == List{"west.prod"});
    CHECK(allowed("plain.>") == List{"plain.>"});
}

TEST_CASE(
    "Template: a placeholder may be a part of a token, have blanks in it, and be in any case but a tag's") {
    CHECK(allowed("{{NAME()}}") == List{"wallyqs"});
    CHECK(allowed("{{ name() }}") == List{"wallyqs"});
    CHECK(allowed("{{tag(SITE)}}") == List{"west"});
    CHECK(allowed("{{Tag(site)}}").empty());
    CHECK(allowed("{{Account-Tag(env)}}").empty());
    CHECK(allowed("_INBOX_{{subject()}}.>") == List{"_INBOX_UABC.>"});
}

TEST_CASE("Template: several values give every combination, and the same placeholder the same value twice") {
    CHECK(allowed("{{tag(team)}}.x.{{tag(team)}}") == List{"red.x.red", "blue.x.blue"});
    CHECK(allowed("{{tag(team)}}.{{ tag(team)}}") == List{"red.red", "red.blue", "blue.red", "blue.blue"});
    CHECK(allowed("{{tag(team)}}.{{tag(site)}}") == List{"red.west", "blue.west"});
}

TEST_CASE(
    "Template: a list with a placeholder loses its entries with queues, any other list stays as it is") {
    CHECK(jwt::fill_template(publishing({"jobs workers", "b"}), wallyqs)->pub.allow ==
          List{"jobs workers", "b"});
    CHECK(jwt::fill_template(publishing({"jobs workers", "{{name()}}"}), wallyqs)->pub.allow ==
          List{"wallyqs"});
    CHECK(jwt::fill_template(publishing({}, {"jobs workers", "{{name()}}"}), wallyqs).error().code ==
          Errc::bad_template);
}

TEST_CASE("Template: braces with nothing between them, or without an end, are no placeholder") {
    const std::string entry = GENERATE("{{}}", "{{", "{{name()", "{{name()}", "}}", "{name()}");
    CHECK(allowed(entry) == List{entry});
    CHECK(jwt::placeholders_in(entry).empty());
}

TEST_CASE("Template: an allowed subject without a value is left out, and with none left all is denied") {
    const auto filled = jwt::fill_template(publishing({"{{tag(none)}}.x", "b"}), wallyqs);
    CHECK(filled->pub.allow == List{"b"});
    CHECK(filled->pub.deny.empty());
    const auto nothing = jwt::fill_template(publishing({"{{tag(none)}}.x"}), wallyqs);
    CHECK(nothing->pub.allow.empty());
    CHECK(nothing->pub.deny == List{">"});
}

TEST_CASE("Template: a denied subject without a value is refused") {
    CHECK(jwt::fill_template(publishing({}, {"{{tag(none)}}.x"}), wallyqs).error().code ==
          Errc::bad_template);
}

TEST_CASE("Template: an unknown placeholder is refused") {
    const std::string entry =
        GENERATE("{{who()}}", "{{{name()}}}", "{{name}}", "{{tag}}", "{{ }}", "a.{{name(x)}}");
    CHECK(jwt::fill_template(publishing({entry}), wallyqs).error().code == Errc::bad_template);
}

TEST_CASE("Template: a name that is a wildcard becomes one, so names need a rule") {
    jwt::TemplateValues hostile = wallyqs;
    hostile.name = ">";
    CHECK(jwt::fill_template(publishing({"n.{{name()}}"}), hostile)->pub.allow == List{"n.>"});
    hostile.name = "a b c";
    CHECK(jwt::fill_template(publishing({"n.{{name()}}"}), hostile)->pub.deny == List{">"});
}

TEST_CASE("Template: tags that make a list longer than 4096 subjects are refused") {
    jwt::TemplateValues many = wallyqs;
    many.tags.clear();
    for (int i = 0; i < 64; ++i)
        many.tags.push_back("t:" + std::to_string(i));
    const std::string all = "{{tag(t)}}.{{ tag(t)}}";
    CHECK(jwt::fill_template(publishing({all}), many)->pub.allow.size() == 4096);
    CHECK(jwt::fill_template(publishing({all, "plain", "{{name()}}"}), many)->pub.allow.size() == 4098);
    CHECK(jwt::fill_template(publishing({"plain", all}), many).error().code == Errc::bad_template);
    CHECK(jwt::fill_template(publishing({all, "{{tag(t)}}"}), many).error().code == Errc::bad_template);
    many.tags.emplace_back("t:64");
    CHECK(jwt::fill_template(publishing({all}), many).error().code == Errc::bad_template);
}

TEST_CASE(
    "Template: servers before 2.11 fill in whole tokens, each by itself, and have no limit that ends well") {
    const auto filled = [](const List& allow, const jwt::TemplateValues& values = wallyqs) {
        return jwt::fill_template(publishing(allow), values, {2, 10});
    };
    CHECK(filled({"{{Tag(team)}}.{{tag(team)}}"})->pub.allow ==
          List{"red.red", "red.blue", "blue.red", "blue.blue"});
    CHECK(filled({"a{{name()}}.b", "c q"})->pub.allow == List{"a{{name()}}.b", "c q"});
    CHECK(filled({"{{name()}}.b", "c q", "{{who()}}"})->pub.allow == List{"wallyqs.b"});
    CHECK(filled({"{{ name() }}"})->pub.deny == List{">"});
    CHECK(jwt::fill_template(publishing({}, {"{{who()}}"}), wallyqs, {2, 10}).error().code ==
          Errc::bad_template);
    jwt::TemplateValues many = wallyqs;
    for (int i = 0; i < 64; ++i)
        many.tags.push_back("t:" + std::to_string(i));
    CHECK(filled({"{{tag(t)}}.{{tag(t)}}", "plain"}, many)->pub.allow.size() == 4097);
    CHECK(filled({"{{tag(t)}}.{{tag(t)}}.{{tag(t)}}.{{tag(t)}}.{{tag(t)}}"}, many).error().code ==
          Errc::bad_template);
}
