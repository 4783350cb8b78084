#pragma once

#include <string>

#include <natscreds/chat-client/view/frame.h>

namespace natscreds::chat {

/// Turns frames into what a terminal has to be sent: the rows that differ from those that it shows.
class Painter {
  public:
    /// Nothing where nothing differs.
    [[nodiscard]] std::string paint(const Frame& frame);
    /// What the terminal shows is not known any more: the next frame is painted whole.
    void forget() { shown_ = {}; }

  private:
    Frame shown_;
};

}  // namespace natscreds::chat
