#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>
#include <natscreds/cli/console/command.h>

namespace natscreds::request {

/// What a command line says about a message to be sent.
struct Outgoing {
    std::string subject;
    std::optional<std::string> body;
    std::vector<std::string> headers;  ///< "Name: value"
};

/// SUBJECT, BODY and --header. `outgoing` must outlive them.
[[nodiscard]] console::OptionList outgoing_options(Outgoing& outgoing);

/// --header alone.
[[nodiscard]] console::Option header_option(std::vector<std::string>& headers);

/// The message. Without a body on the command line all of `input` is the body, or nothing if there is none.
/// Fails: with a sentence about the command line, for Reporter::wrong_usage.
[[nodiscard]] base::Result<bus::Message> compose(const Outgoing& outgoing, std::istream* input);

/// "Name: value" as a header; blanks around the value do not belong to it. Fails as compose().
[[nodiscard]] base::Result<bus::Header> parse_header(const std::string& text);

}  // namespace natscreds::request
