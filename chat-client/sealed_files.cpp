#include "sealed_files.h"

#include <algorithm>
#include <utility>

#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>

#include "kept_file.h"

namespace natscreds::chat {
namespace {

constexpr std::size_t seed_length = 58;
constexpr std::size_t max_curves_bytes = (seed_length + 1) * SealedFiles::max_curves;
/// As many as there may be of each, with room to spare.
constexpr std::size_t max_state_bytes =
    PeerKeys::max_peers * 512 + SeenMessages::max_senders * (256 + SeenMessages::max_of_one * 32);

/// Seeds of one length, each with its line's end.
base::Secret text_of(const std::vector<nkeys::CurveKey>& curves) {
    return base::Secret::filled(curves.size() * (seed_length + 1), [&](std::span<std::uint8_t> to) {
        for (const nkeys::CurveKey& curve : curves) {
            const base::Secret seed = curve.seed_text();
            std::ranges::copy(seed.expose(), to.begin());
            to[seed_length] = '\n';
            to = to.subspan(seed_length + 1);
        }
    });
}

}  // namespace

SealedFiles::SealedFiles(const std::filesystem::path& folder, const std::string& community,
                         const nkeys::PublicKey& self)
    : curves_(kept_path(folder, community, self, curve_ending)),
      state_(kept_path(folder, community, self, sealed_ending)) {}

base::Result<std::vector<nkeys::CurveKey>> SealedFiles::read_curves() const {
    std::vector<nkeys::CurveKey> curves;
    if (curves_.empty()) return curves;
    const base::Result<base::Secret> text = base::read_secret_file(curves_, max_curves_bytes);
    if (!text && is_not_kept(text.error())) return curves;
    if (!text) return text.error();
    std::string_view rest = base::as_text(text->expose());
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        base::Result<nkeys::CurveKey> curve = nkeys::CurveKey::parse_seed(line);
        if (!curve) return curve.error().within(curves_.string());
        curves.push_back(*std::move(curve));
    }
    return curves;
}

base::Status SealedFiles::write_curves(const std::vector<nkeys::CurveKey>& curves) const {
    if (curves_.empty()) return {};
    const base::Secret text = text_of(curves);
    return write_kept(curves_, text.expose());
}

base::Result<std::vector<nkeys::CurveKey>> SealedFiles::load_curves(base::Random& random) const {
    base::Result<std::vector<nkeys::CurveKey>> curves = read_curves();
    if (!curves || !curves->empty()) return curves;
    curves->push_back(nkeys::CurveKey::generate(random));
    if (const base::Status kept = write_curves(*curves); !kept) return kept.error();
    return curves;
}

base::Result<nkeys::CurveKey> SealedFiles::add_curve(base::Random& random) const {
    base::Result<std::vector<nkeys::CurveKey>> curves = read_curves();
    if (!curves) return curves.error();
    curves->insert(curves->begin(), nkeys::CurveKey::generate(random));
    if (curves->size() > max_curves) curves->pop_back();
    if (const base::Status kept = write_curves(*curves); !kept) return kept.error();
    return std::move(curves->front());
}

base::Result<SealedState> SealedFiles::load_state() const {
    return load_kept<SealedState>(state_, max_state_bytes);
}

base::Status SealedFiles::save_state(const SealedState& state) const {
    const std::string text = state.encode();
    return write_kept(state_, base::as_bytes(text));
}

}  // namespace natscreds::chat
