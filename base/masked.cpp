#include <natscreds/base/masked.h>

#include <algorithm>

#include "secret_scan.h"

namespace natscreds::base {
namespace {

constexpr std::string_view mask = "***";
constexpr int max_layers = 2;

}  // namespace

std::string masked(std::string_view text) {
    std::string shown;
    SecretScan scan(text, max_layers);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = scan.length_at(at);
        shown += length != 0 ? mask : text.substr(at, 1);
        at += std::max<std::size_t>(length, 1);
    }
    return shown;
}

bool holds_secret(std::string_view text) {
    return SecretScan(text, max_layers).finds_any();
}

}  // namespace natscreds::base
