#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/claims.h>

namespace natscreds::provisioner::identity {

/// What a certificate calls its owner. Nobody has verified it.
///
/// Shape:   the claims are `subject` (as RFC 2253: "CN=ann,OU=shop"), `cn`, `dns`, `email` and `uri`; of the last four each is
///          a text where there is one, a list where there are more, and not there where there is none.
/// Holds:   `primary` is the first URI (a SPIFFE ID), else the first e-mail address, DNS name, or the subject.
struct CertificateNames {
    std::string primary;  ///< 1 to 400 printable ASCII characters
    Claims claims = {};
};

/// Reads the first certificate of a PEM text.
/// Fails: Errc::bad_certificate: not one, longer than 16 KiB, without any name, or with a name that has other than
///        printable characters.
[[nodiscard]] base::Result<CertificateNames> read_certificate(std::string_view pem);

}  // namespace natscreds::provisioner::identity
