#include <natscreds/chat-client/model/seen_messages.h>

#include <algorithm>
#include <chrono>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/erase_lowest.h>
#include <natscreds/base/sha256.h>

#include "dated_ahead.h"

namespace natscreds::chat {
namespace {

constexpr std::size_t mark_bytes = 9;

}  // namespace

std::string SeenMessages::mark_of(std::string_view id) {
    const auto hash = base::sha256(base::as_bytes(id));
    return base::base64url_encode(base::ByteView(hash).first(mark_bytes));
}

bool SeenMessages::insert(const Seen& seen, base::Time now) {
    if (seen.signed_at > now + max_dated_ahead) return false;
    if (!senders_.contains(seen.sender) && senders_.size() >= max_senders)
        base::erase_lowest(senders_, [](const Sender& sender) { return sender.heard_at; });
    Sender& sender = senders_[seen.sender];
    sender.heard_at = now;
    if (seen.signed_at < sender.from) return false;
    const std::pair mark(seen.signed_at, mark_of(seen.id));
    const auto place = std::ranges::lower_bound(sender.marks, mark);
    if (place != sender.marks.end() && *place == mark) return false;
    sender.marks.insert(place, mark);
    if (sender.marks.size() <= max_of_one) return true;
    sender.from = sender.marks.front().first;
    sender.marks.erase(sender.marks.begin());
    return true;
}

void SeenMessages::restore(const nkeys::PublicKey& sender, Sender known) {
    if (senders_.size() >= max_senders || known.marks.size() > max_of_one) return;
    std::ranges::sort(known.marks);
    senders_.insert_or_assign(sender, std::move(known));
}

}  // namespace natscreds::chat
