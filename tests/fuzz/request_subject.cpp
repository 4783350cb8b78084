// What a subject says of its request is what such a request's subject says.
#include <natscreds/access/subjects.h>
#include <natscreds/base/bytes.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const access::Subjects subjects;
    const auto addressed = subjects.parse(text);
    if (!addressed) return 0;
    const auto again = addressed->requester ? subjects.mapped(addressed->endpoint, *addressed->requester)
                                            : subjects.direct(addressed->endpoint);
    fuzz::require(again == text);
    return 0;
}
