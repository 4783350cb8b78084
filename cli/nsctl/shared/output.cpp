#include "shared/output.h"

#include <ostream>

#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>

namespace natscreds::nsctl {

base::Status write_output(const Session& session, const std::string& file, std::string_view text,
                          const Output& output) {
    if (file.empty() || file == "--") {
        session.world().out << text;
        return {};
    }
    base::Status written = base::write_file(file, base::as_bytes(text),
                                            {.existing = base::Existing::replace, .mode = output.mode});
    if (written) session.done(std::string(output.done) + "`" + session.shown(file) + "`");
    return written;
}

}  // namespace natscreds::nsctl
