#pragma once

#include <system_error>

namespace natscreds::bus {

/// Every way in which talking to a NATS server can fail.
enum class Errc {
    no_responders = 1,  ///< nobody listens on the subject; the server says so at once
    timeout,            ///< no answer within the time allowed
    not_authorized,     ///< the server does not accept the credentials, or no longer
    cannot_connect,     ///< no server could be reached, or TLS could not be agreed
    permission_denied,  ///< the credentials do not allow this subject
    closed,             ///< the connection has been closed
    draining,           ///< the connection is being drained and takes nothing new
    disconnected,       ///< the connection was lost; it is being made again
    too_large,          ///< the message is larger than the server takes
    slow_consumer,      ///< messages came faster than they were handled, and some are lost
    bad_subject,        ///< not a subject that can be published or subscribed to
    bad_option,         ///< an option, variable or context that makes no sense
    bad_key,            ///< not a key that a bucket can have
    key_exists,         ///< the key is there already
    wrong_revision,     ///< the key has been changed meanwhile
    no_bucket,          ///< there is no such key-value bucket
    failed,             ///< anything else that the client library reports; the detail has its words
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::bus

template <>
struct std::is_error_code_enum<natscreds::bus::Errc> : std::true_type {};
