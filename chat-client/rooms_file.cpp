#include "rooms_file.h"

#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>

namespace natscreds::chat {
namespace {

/// As many rooms as there may be with the longest drafts, each character of which may be written as six.
constexpr std::size_t max_rooms_bytes = KeptRooms::most * (KeptRooms::max_draft_bytes * 6 + 1024);

}  // namespace

RoomsFile::RoomsFile(const std::filesystem::path& folder, const std::string& community,
                     const nkeys::PublicKey& self) {
    if (!folder.empty()) file_ = folder / (community + "." + self.text() + ".rooms.json");
}

base::Result<KeptRooms> RoomsFile::load() const {
    if (file_.empty()) return KeptRooms();
    const base::Result<std::string> text = base::read_file(file_, max_rooms_bytes);
    // Where the folder cannot be, nothing was kept either.
    const bool none = !text && (text.error().code == std::errc::no_such_file_or_directory ||
                                text.error().code == std::errc::not_a_directory);
    if (none) return KeptRooms();
    if (!text) return text.error();
    base::Result<KeptRooms> rooms = KeptRooms::parse(*text);
    if (!rooms) return rooms.error().within(file_.string());
    return rooms;
}

base::Status RoomsFile::save(const KeptRooms& rooms) const {
    if (file_.empty()) return {};
    if (const base::Status made = base::make_private_folder(file_.parent_path()); !made) return made;
    const std::string text = rooms.encode();
    return base::write_file(file_, base::as_bytes(text), {.existing = base::Existing::replace});
}

}  // namespace natscreds::chat
