#pragma once

#include <string_view>

#include <openssl/x509.h>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/certificate.h>

#include "openssl.h"

namespace natscreds::provisioner::identity {

using Certificate = Owned<X509, X509_free>;

/// The first one of a PEM text. Fails: Errc::bad_certificate.
[[nodiscard]] base::Result<Certificate> parse_certificate(std::string_view pem);

/// Fails: as read_certificate.
[[nodiscard]] base::Result<CertificateNames> names_of(X509& certificate);

}  // namespace natscreds::provisioner::identity
