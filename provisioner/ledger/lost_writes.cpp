#include "lost_writes.h"

#include <algorithm>

namespace natscreds::provisioner {

void LostWrites::add(Ticket after, Ticket last) {
    if (!stretches_.empty() && stretches_.back().last == after) {
        stretches_.back().last = last;
        return;
    }
    stretches_.push_back({.after = after, .last = last});
    if (stretches_.size() <= most) return;
    stretches_[1].after = stretches_[0].after;
    stretches_.pop_front();
}

bool LostWrites::contains(Ticket ticket) const {
    return std::ranges::any_of(
        stretches_, [&](const Stretch& stretch) { return ticket > stretch.after && ticket <= stretch.last; });
}

}  // namespace natscreds::provisioner
