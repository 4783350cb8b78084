#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/sealed_state.h>
#include <natscreds/nkeys/curve_key.h>

namespace natscreds::chat {

/// One identity's curve keys and SealedState: COMMUNITY.KEY.curve and COMMUNITY.KEY.sealed.json in the state folder, mode
/// 0600.
///
/// Shape:   of the keys a seed a line, the newest first, at most `max_curves`: the older ones open what was sealed for
///          them.
/// Holds:   each is written whole or not at all. Without a folder nothing is kept.
class SealedFiles {
  public:
    static constexpr std::size_t max_curves = 8;

    SealedFiles(const std::filesystem::path& folder, const std::string& community,
                const nkeys::PublicKey& self);

    /// The keys, at least one: it is made where there is none.
    /// Fails: as base::read_secret_file, base::write_file and CurveKey::parse_seed; the detail names the file.
    [[nodiscard]] base::Result<std::vector<nkeys::CurveKey>> load_curves(base::Random& random) const;
    /// A new one before the others. Fails: as load_curves.
    [[nodiscard]] base::Result<nkeys::CurveKey> add_curve(base::Random& random) const;

    /// None where nothing was kept. Fails: as base::read_file and SealedState::parse; the detail names the file.
    [[nodiscard]] base::Result<SealedState> load_state() const;
    /// Fails: as base::make_private_folder and base::write_file.
    [[nodiscard]] base::Status save_state(const SealedState& state) const;

  private:
    [[nodiscard]] base::Result<std::vector<nkeys::CurveKey>> read_curves() const;
    [[nodiscard]] base::Status write_curves(const std::vector<nkeys::CurveKey>& curves) const;

    std::filesystem::path curves_;
    std::filesystem::path state_;
};

}  // namespace natscreds::chat
