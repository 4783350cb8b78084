#pragma once

#include <utility>

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// Takes each page that is not empty.
template <class Take>
base::Status each_page(Ledger& ledger, NameQuery query, Take take) {
    for (;;) {
        const auto page = ledger.list(query);
        if (!page) return page.error();
        // One that is not full need not be the last: what cannot be read is left out.
        if (page->empty()) return {};
        take(*page);
        query.after = page->back().name;
    }
}

}  // namespace natscreds::provisioner
