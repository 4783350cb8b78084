#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/server_info.h>
#include <natscreds/chat-client/net/events.h>

namespace natscreds::chat {

/// Measures a connection again and again, in a thread of its own: a server that is lost or slow makes nobody else
/// wait.
///
/// Thread:  any. The connection and the mailbox must outlive it.
class Monitor {
  public:
    Monitor(bus::Connection& connection, Mailbox& mailbox);

    /// Measures now, and says so in a notice.
    void ask();
    /// Measures now.
    void refresh();

  private:
    enum class Task { none, measure, tell };

    void run(const std::stop_token& stop);
    void measure(Task task);
    void introduce();
    void request(Task task);
    [[nodiscard]] Task wait(const std::stop_token& stop);

    bus::Connection& connection_;
    Mailbox& mailbox_;
    bus::ServerInfo server_;  ///< the one that was asked last
    std::mutex mutex_;
    std::condition_variable_any wanted_;
    Task task_ = Task::measure;
    std::jthread thread_;
};

}  // namespace natscreds::chat
