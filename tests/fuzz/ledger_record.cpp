// What a bucket's values and a SQLite ledger's columns say: other programs can write to both.
#include <cstddef>
#include <cstdint>
#include <string>

#include <natscreds/provisioner/ledger/record_json.h>
#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    // What was understood once means the same when it is written and read again.
    if (const auto found = decode_record(text)) {
        const auto again = decode_record(encode_record(found->record));
        fuzz::require(again && again->record == found->record);
    }
    if (const auto holders = decode_holders(text)) {
        fuzz::require(decode_holders(encode_holders(*holders)) == holders);
    }
    const DenialRecord denial = decode_denial({.kind = Denial::Kind::name, .value = "wallyqs"}, text);
    fuzz::require(decode_denial(denial.whom, encode_denial(denial)) == denial);
    if (const auto requester = decode_requester("ann", text)) {
        fuzz::require(decode_requester("ann", encode_requester(*requester)) == requester);
        fuzz::require(decode_roles(encode_roles(*requester)) == requester->roles);
    }
    (void)decode_roles(text);
    if (const auto operation = decode_operation("1", text)) {
        fuzz::require(decode_operation("1", encode_operation(*operation)) == operation);
    }
    return 0;
}
