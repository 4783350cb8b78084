#pragma once

namespace natscreds::provisioner {

/// Whether the server vouches for who asks: the requester's account and key then stand in the subject, and the
/// server's permissions make them true. Without that, everyone who may ask at all looks alike. Or no requests are
/// answered, and there are callouts only.
enum class Requests { direct, vouched, none };

}  // namespace natscreds::provisioner
