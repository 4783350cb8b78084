#include <natscreds/base/host_lookup.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <natscreds/base/error_category.h>
#include <natscreds/base/thread_name.h>

namespace natscreds::base {
namespace {

const char* describe(HostErrc code) {
    switch (code) {
        case HostErrc::unknown:
            return "there is no such host";
        case HostErrc::no_answer:
            return "the name servers do not answer";
    }
    return "unknown error";
}

constinit const ErrorCategory<HostErrc> category("host", describe);

Result<Addresses> ask_system(const std::string& host, int flags) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags;
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    if (failure != 0) return Error{failure == EAI_AGAIN ? HostErrc::no_answer : HostErrc::unknown, host};
    Addresses addresses;
    for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(next->ai_addr, next->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0)
            addresses.emplace_back(text.data());
    }
    return addresses;
}

/// What a lookup and those who wait for it share; whoever is last ends it.
struct Waiting {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Result<Addresses>> found;
};

}  // namespace

std::error_code make_error_code(HostErrc code) noexcept {
    return {static_cast<int>(code), category};
}

Result<SocketAddress> socket_address(const std::string& number, const std::string& port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(number.c_str(), port.c_str(), &wanted, &found);
    if (failure != 0) return Error{std::make_error_code(std::errc::invalid_argument), gai_strerror(failure)};
    return SocketAddress(found, freeaddrinfo);
}

Result<Addresses> addresses_of(const std::string& host) {
    return ask_system(host, 0);
}

Result<Addresses> look_up_host(const std::string& host, std::chrono::milliseconds limit, HostLookup lookup) {
    if (Result<Addresses> number = ask_system(host, AI_NUMERICHOST)) return number;
    const auto waiting = std::make_shared<Waiting>();
    // Nobody can stop getaddrinfo(3), and nobody should wait until it ends: alone in the tree this thread is let go. It
    // has nothing but what it is given here.
    std::thread([waiting, host, lookup = std::move(lookup)] {
        name_thread("host-lookup");
        Result<Addresses> found = lookup(host);
        const std::lock_guard lock(waiting->mutex);
        waiting->found = std::move(found);
        waiting->came.notify_all();
    }).detach();
    std::unique_lock lock(waiting->mutex);
    if (!waiting->came.wait_for(lock, limit, [&] { return waiting->found.has_value(); }))
        return Error{HostErrc::no_answer, host};
    return std::move(*waiting->found);
}

std::string host_in(const std::string& url) {
    const std::size_t scheme = url.find("://");
    std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
    if (const std::size_t user = host.rfind('@'); user != std::string::npos) host.erase(0, user + 1);
    host.erase(std::min(host.size(), host.find_first_of("/?#")));
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    host.erase(std::min(host.size(), host.find(':')));
    return host;
}

}  // namespace natscreds::base
