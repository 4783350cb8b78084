#include "outgoing.h"

#include <istream>
#include <iterator>

#include <natscreds/bus/errc.h>

namespace natscreds::request {

void add_outgoing_options(CLI::App& app, Outgoing& outgoing) {
    app.add_option("SUBJECT", outgoing.subject, "where to")->type_name("");
    app.add_option("BODY", outgoing.body, "what; without it, standard input")->type_name("");
    add_header_option(app, outgoing.headers);
}

void add_header_option(CLI::App& app, std::vector<std::string>& headers) {
    app.add_option("-H,--header", headers, "header to send; may be repeated")
        ->type_name("'K: V'")
        ->allow_extra_args(false);
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
