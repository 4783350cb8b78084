#pragma once

#include <filesystem>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/kept_rooms.h>

namespace natscreds::chat {

/// Where one identity's KeptRooms lie: COMMUNITY.KEY.rooms.json in the state folder, mode 0600.
///
/// Holds:   it is written whole or not at all. Of several chats of one identity the last one counts.
class RoomsFile {
  public:
    /// An empty folder: nothing is kept.
    RoomsFile(const std::filesystem::path& folder, const std::string& community,
              const nkeys::PublicKey& self);

    /// None where nothing was kept. Fails: as base::read_file and KeptRooms::parse; the detail names the file.
    [[nodiscard]] base::Result<KeptRooms> load() const;
    /// Fails: as base::make_private_folder and base::write_file.
    [[nodiscard]] base::Status save(const KeptRooms& rooms) const;

  private:
    std::filesystem::path file_;
};

}  // namespace natscreds::chat
