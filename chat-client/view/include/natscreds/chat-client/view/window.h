#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/chat-client/terminal/keys.h>
#include <natscreds/chat-client/view/screen.h>

namespace natscreds::chat {

/// A chat on a screen: what is shown of it, and what each key does.
///
/// Thread:  one, that of the Chat.
class Window {
  public:
    /// What it works on; all of it must outlive it.
    struct Parts {
        Chat& chat;
        const Link& link;
        std::function<void(std::string_view)> type;  ///< carries out what was typed
        const base::Clock& clock;
        LocalTime local_time;
        bool coloured;  ///< false with NO_COLOR
    };
    explicit Window(Parts parts);

    void resize(ScreenSize size);
    void take(const Input& input);
    /// What is begun to be written goes to its room, for the next time.
    void put_draft_away() { parts_.chat.keep_draft(read_place_, editor_.take()); }
    /// Looks at what has happened in the chat. Returns whether that rings the bell.
    [[nodiscard]] bool catch_up();
    [[nodiscard]] Frame frame() const;
    /// For the terminal's own window: "(3) #NATS - nats-chat", with how much is unread.
    [[nodiscard]] std::string title() const;

    /// What a key asked of those who have the terminal.
    enum class Task { none, leave, suspend, redraw };
    [[nodiscard]] Task take_task() { return std::exchange(task_, Task::none); }

  private:
    void read_back();
    void press(const KeyPress& key);
    void insert(std::string_view text);
    void paste(const Paste& pasted);

    void press_while_typing(const std::string& key);
    void press_while_searching(Searching& searching, const std::string& key);
    void press_while_switching(Switching& switching, const std::string& key);
    void press_while_pasted(const std::string& key);

    bool act(const std::string& key);
    void act(Action action);
    bool edit(const std::string& key);
    bool read_on(const std::string& key);
    bool go_to_room(const std::string& key);
    void interrupt();

    void submit();
    void step(int by);
    void to_next_unread();
    void look_for(Searching& searching);
    void show_found(const Searching& searching);
    void search(std::string_view words);

    [[nodiscard]] ScreenState state() const;
    [[nodiscard]] RoomRows room_rows() const;
    [[nodiscard]] int reading_height() const;
    void follow_room();

    Parts parts_;
    ScreenSize size_{.width = 80, .height = 24};
    LineEditor editor_;
    Reading reading_;
    Place read_place_;  ///< whose lines `reading_` is about
    Focus focus_;
    Folding folding_ = Folding::folded;  ///< of the room that is looked at
    Task task_ = Task::none;
};

}  // namespace natscreds::chat
