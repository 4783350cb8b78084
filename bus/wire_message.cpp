#include "wire_message.h"

#include <algorithm>
#include <cstdlib>

#include <nats/nats.h>

#include <natscreds/bus/errc.h>
#include <natscreds/jwt/subject.h>

#include "client_error.h"

namespace natscreds::bus {
namespace {

/// What the client library allocates for its callers.
struct Free {
    void operator()(const char** list) const noexcept { std::free(list); }
};
using TextList = std::unique_ptr<const char*, Free>;

std::string text_or_empty(const char* text) {
    return text != nullptr ? text : "";
}

natsStatus copy_values(ClientMessage& message, const char* name, std::vector<Header>& headers) {
    const char** values = nullptr;
    int count = 0;
    const natsStatus status = natsMsgHeader_Values(&message, name, &values, &count);
    const TextList owner(values);
    for (int i = 0; status == NATS_OK && i < count; ++i)
        headers.push_back({name, text_or_empty(values[i])});
    return status;
}

void copy_headers(ClientMessage& from, Message& to) {
    const char** names = nullptr;
    int count = 0;
    natsStatus status = natsMsgHeader_Keys(&from, &names, &count);
    const TextList owner(names);
    if (status == NATS_NOT_FOUND) return;
    for (int i = 0; status == NATS_OK && i < count; ++i)
        status = copy_values(from, names[i], to.headers);
    if (status != NATS_OK) {
        to.headers.clear();
        to.malformed_headers = true;
        return;
    }
    std::stable_sort(to.headers.begin(), to.headers.end(),
                     [](const Header& a, const Header& b) { return a.name < b.name; });
}

/// A line end in a name or value would let its writer add headers, or whole protocol lines.
bool sendable(const Header& header) {
    return !header.name.empty() && header.name.find_first_of(": \r\n\t") == std::string::npos &&
           header.value.find_first_of("\r\n") == std::string::npos;
}

/// One publishes to a literal subject; but behind a stream's direct get stands which messages are meant.
bool publishable(const std::string& subject) {
    if (subject.starts_with(direct_get)) return jwt::valid_subject(subject);
    return jwt::literal_subject(subject);
}

base::Status check(const Message& message) {
    if (!publishable(message.subject)) return base::Error{Errc::bad_subject, message.subject};
    if (!message.reply.empty() && !jwt::literal_subject(message.reply))
        return base::Error{Errc::bad_subject, message.reply};
    for (const Header& header : message.headers) {
        if (!sendable(header)) return base::Error{Errc::bad_option, "header '" + header.name + "'"};
    }
    return {};
}

natsStatus send_whole(ClientConnection& connection, const Message& message) {
    ClientMessage* created = nullptr;
    const char* reply = message.reply.empty() ? nullptr : message.reply.c_str();
    natsStatus status = natsMsg_Create(&created, message.subject.c_str(), reply, message.body.data(),
                                       static_cast<int>(message.body.size()));
    const MessageHandle handle(created);
    for (const Header& header : message.headers) {
        if (status == NATS_OK) status = natsMsgHeader_Add(created, header.name.c_str(), header.value.c_str());
    }
    return status == NATS_OK ? natsConnection_PublishMsg(&connection, created) : status;
}

}  // namespace

void DestroyMessage::operator()(ClientMessage* message) const noexcept {
    natsMsg_Destroy(message);
}

Message received(ClientMessage& message) {
    Message copy;
    copy.subject = text_or_empty(natsMsg_GetSubject(&message));
    copy.reply = text_or_empty(natsMsg_GetReply(&message));
    copy.body.assign(natsMsg_GetData(&message), static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
    copy_headers(message, copy);
    return copy;
}

std::string subject_of(ClientMessage& message) {
    return natsMsg_GetSubject(&message);
}

bool says_no_responders(ClientMessage& message) {
    return natsMsg_IsNoResponders(&message);
}

base::Status send(ClientConnection& connection, const std::string& subject, std::string_view body) {
    if (!jwt::literal_subject(subject)) return base::Error{Errc::bad_subject, subject};
    const natsStatus status =
        natsConnection_Publish(&connection, subject.c_str(), body.data(), static_cast<int>(body.size()));
    if (status != NATS_OK) return client_error(status, "publishing to " + subject);
    return {};
}

base::Status send(ClientConnection& connection, const Message& message) {
    if (const base::Status sound = check(message); !sound) return sound;
    const natsStatus status = send_whole(connection, message);
    if (status != NATS_OK) return client_error(status, "publishing to " + message.subject);
    return {};
}

}  // namespace natscreds::bus
