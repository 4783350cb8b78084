#include "rooms_file.h"

#include "kept_file.h"

namespace natscreds::chat {
namespace {

/// As many rooms as there may be with the longest drafts, each character of which may be written as six.
constexpr std::size_t max_rooms_bytes = KeptRooms::most * (KeptRooms::max_draft_bytes * 6 + 1024);

}  // namespace

RoomsFile::RoomsFile(const std::filesystem::path& folder, const std::string& community,
                     const nkeys::PublicKey& self)
    : file_(kept_path(folder, community, self, rooms_ending)) {}

base::Result<KeptRooms> RoomsFile::load() const {
    return load_kept<KeptRooms>(file_, max_rooms_bytes);
}

base::Status RoomsFile::save(const KeptRooms& rooms) const {
    const std::string text = rooms.encode();
    return write_kept(file_, base::as_bytes(text));
}

}  // namespace natscreds::chat
