#include <support/black_hole.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <support/loopback.h>

namespace natscreds::support {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

BlackHole::BlackHole(Hole hole, int port) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    (void)setsockopt(listener_.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    require(bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), size) == 0, "bind");
    require(::listen(listener_.number(), hole == Hole::takes_no_connection ? 0 : 128) == 0, "listen");
    require(getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0, "its port");
    port_ = ntohs(address.sin_port);
    if (hole == Hole::says_nothing) return;
    // One is taken in and waits to be accepted; what the second and all others send is dropped.
    for (int i = 0; i < 2; ++i) {
        base::Descriptor& filler =
            fillers_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        (void)connect(filler.number(), reinterpret_cast<const sockaddr*>(&address), size);
    }
}

bool BlackHole::has_guest() const {
    std::ifstream table("/proc/net/tcp");
    std::ostringstream wanted;
    wanted << "0100007F:" << std::uppercase << std::hex;
    wanted.width(4);
    wanted.fill('0');
    wanted << port_;
    std::size_t guests = 0;
    std::string line;
    while (std::getline(table, line)) {
        std::istringstream words(line);
        std::string number;
        std::string own;
        std::string peer;
        std::string state;
        words >> number >> own >> peer >> state;
        const bool connected_or_connecting = state == "01" || state == "02";
        guests += peer == wanted.str() && connected_or_connecting ? 1 : 0;
    }
    return guests > fillers_.size();
}

}  // namespace natscreds::support
