#include <support/https_server.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include <httplib.h>

namespace natscreds::support {
namespace {

HttpsCall call_of(const httplib::Request& request) {
    return {.method = request.method,
            .target = request.target,
            .authorization = request.get_header_value("Authorization"),
            .content_type = request.get_header_value("Content-Type"),
            .body = request.body};
}

void answer_with(const HttpsReply& reply, httplib::Response& response) {
    response.status = reply.status;
    if (!reply.location.empty()) response.set_header("Location", reply.location);
    if (!reply.next_line) return response.set_content(reply.body, "application/json");
    response.set_chunked_content_provider("application/json",
                                          [next = reply.next_line](std::size_t, httplib::DataSink& sink) {
                                              const auto line = next();
                                              if (line) return sink.write(line->data(), line->size());
                                              sink.done();
                                              return true;
                                          });
}

}  // namespace

struct HttpsServer::State {
    State(const Certificates& certificates, Answer answer_calls)
        : answer(std::move(answer_calls)),
          server(certificates.file("server.pem").c_str(), certificates.file("server-key.pem").c_str()) {}

    Answer answer;
    httplib::SSLServer server;
    int port = -1;
    std::jthread thread;
};

HttpsServer::HttpsServer(const Certificates& certificates, Answer answer)
    : state_(std::make_unique<State>(certificates, std::move(answer))) {
    State& state = *state_;
    const auto handle = [&state](const httplib::Request& request, httplib::Response& response) {
        answer_with(state.answer(call_of(request)), response);
    };
    state.server.Get(".*", handle)
        .Post(".*", handle)
        .Put(".*", handle)
        .Patch(".*", handle)
        .Delete(".*", handle);
    state.server.set_keep_alive_max_count(1);
    state.port = state.server.bind_to_any_port("127.0.0.1");
    if (state.port < 0) throw std::runtime_error("no HTTPS server");
    state.thread = std::jthread([&state] { state.server.listen_after_bind(); });
    while (!state.server.is_running())
        std::this_thread::yield();
}

HttpsServer::~HttpsServer() {
    state_->server.stop();
}

std::string HttpsServer::url() const {
    return "https://127.0.0.1:" + std::to_string(state_->port);
}

int HttpsServer::port() const noexcept {
    return state_->port;
}

}  // namespace natscreds::support
