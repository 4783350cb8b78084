#pragma once

#include <natscreds/access/owned_file.h>
#include <natscreds/access/pending_key.h>
#include <natscreds/base/file.h>

#include "asking.h"

namespace natscreds::request {

/// Gets what is to lie in --output, or go to standard output.
///
/// Thread:  one at a time.
class Obtaining {
  public:
    /// All must outlive it.
    Obtaining(Invocation& invocation, const AccessOptions& options, const Asking& asking)
        : invocation_(invocation), options_(options), asking_(asking) {}

    /// What lies there already. Fails: as access::look_at_file; where nothing lies there, with why nothing could be
    /// written.
    [[nodiscard]] base::Result<access::OwnedFile> look(const std::optional<Requester>& requester) const;

    /// Asks, again while no reply comes, and writes what was granted: with the key of what lies there, or with one that
    /// is kept beside the file until there is an answer (access::PendingKey). Says what was granted.
    /// Fails: as Asking's functions, access::PendingKey::take_up and base::write_file.
    [[nodiscard]] base::Result<access::Answer> attempt(const access::OwnedFile& found) const;

    /// The key that still waits for an answer; empty: none does.
    [[nodiscard]] std::filesystem::path waiting_key() const;

  private:
    [[nodiscard]] base::Result<access::Answer> ask(const nkeys::SigningKey& key) const;
    [[nodiscard]] base::Result<access::Answer> ask_with_new_key() const;
    [[nodiscard]] base::Status write(const access::Granted& granted, base::Existing existing) const;
    void tell(const access::Grant& grant) const;

    Invocation& invocation_;
    const AccessOptions& options_;
    const Asking& asking_;
};

/// Why the service grants nothing, in its words: "the name wallyqs belongs to another key (name_taken)".
[[nodiscard]] std::string words_of(const access::Refusal& refusal);

}  // namespace natscreds::request
