#include "outgoing.h"

#include <istream>
#include <iterator>

#include <natscreds/bus/errc.h>

namespace natscreds::request {

console::OptionList outgoing_options(Outgoing& outgoing) {
    return {{.names = "SUBJECT", .to = &outgoing.subject, .help = "where to", .value = ""},
            {.names = "BODY", .to = &outgoing.body, .help = "what; without it, standard input", .value = ""},
            header_option(outgoing.headers)};
}

console::Option header_option(std::vector<std::string>& headers) {
    return {
        .names = "-H,--header", .to = &headers, .help = "header to send; may be repeated", .value = "'K: V'"};
}

base::Result<bus::Header> parse_header(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0)
        return base::Error{bus::Errc::bad_option, "the header '" + text + "' is not 'NAME: VALUE'"};
    const std::size_t first = text.find_first_not_of(" \t", colon + 1);
    if (first == std::string::npos) return bus::Header{text.substr(0, colon), ""};
    const std::size_t last = text.find_last_not_of(" \t");
    return bus::Header{text.substr(0, colon), text.substr(first, last - first + 1)};
}

base::Result<bus::Message> compose(const Outgoing& outgoing, std::istream* input) {
    if (outgoing.subject.empty()) return base::Error{bus::Errc::bad_option, "SUBJECT is missing"};
    bus::Message message;
    message.subject = outgoing.subject;
    for (const std::string& text : outgoing.headers) {
        const base::Result<bus::Header> header = parse_header(text);
        if (!header) return header.error();
        message.headers.push_back(*header);
    }
    if (outgoing.body) {
        message.body = *outgoing.body;
    } else if (input != nullptr) {
        message.body.assign(std::istreambuf_iterator<char>(*input), {});
    }
    return message;
}

}  // namespace natscreds::request
