// What is read as a tree's file is written so that it is read as the same again.
#include <natscreds/accounts/tree_file.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tree = accounts::parse_tree_file(base::as_text({data, size}), "tree.toml");
    if (!tree) return 0;
    const std::string text = accounts::tree_file_text(*tree);
    const auto again = accounts::parse_tree_file(text, "tree.toml");
    fuzz::require(again.has_value());
    fuzz::require(again->accounts == tree->accounts && again->users == tree->users);
    fuzz::require(again->operator_payload == tree->operator_payload);
    return 0;
}
