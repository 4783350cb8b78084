#include <natscreds/chat-client/terminal/keys.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace natscreds::chat {
namespace {

constexpr std::string_view paste_begin = "\x1b[200~";
constexpr std::string_view paste_end = "\x1b[201~";
constexpr std::size_t max_sequence_bytes = 32;

struct NamedFinal {
    char final;
    std::string_view name;
};
constexpr std::array finals{NamedFinal{'A', "up"},   NamedFinal{'B', "down"}, NamedFinal{'C', "right"},
                            NamedFinal{'D', "left"}, NamedFinal{'H', "home"}, NamedFinal{'F', "end"},
                            NamedFinal{'P', "f1"},   NamedFinal{'Q', "f2"},   NamedFinal{'R', "f3"},
                            NamedFinal{'S', "f4"},   NamedFinal{'M', "enter"}};

struct NamedNumber {
    int number;
    std::string_view name;
};
/// "CSI number ~"
constexpr std::array numbers{
    NamedNumber{1, "home"},    NamedNumber{2, "insert"},    NamedNumber{3, "delete"}, NamedNumber{4, "end"},
    NamedNumber{5, "page-up"}, NamedNumber{6, "page-down"}, NamedNumber{7, "home"},   NamedNumber{8, "end"},
    NamedNumber{11, "f1"},     NamedNumber{12, "f2"},       NamedNumber{13, "f3"},    NamedNumber{14, "f4"},
    NamedNumber{15, "f5"},     NamedNumber{17, "f6"},       NamedNumber{18, "f7"},    NamedNumber{19, "f8"},
    NamedNumber{20, "f9"},     NamedNumber{21, "f10"},      NamedNumber{23, "f11"},   NamedNumber{24, "f12"}};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string control_name(char c) {
    switch (c) {
        case '\r':
            return "enter";
        case '\t':
            return "tab";
        case 0x7f:
            return "backspace";
        case 0:
            return "ctrl-space";
        default:
            break;
    }
    // Ctrl-A is 1; beyond Z there are \ ] ^ _.
    const auto letter = static_cast<char>(c + '@');
    return std::string("ctrl-") + (letter >= 'A' && letter <= 'Z' ? static_cast<char>(c + '`') : letter);
}

/// The bits of "CSI 1 ; m A", where m is one more than their sum.
std::string modifiers(int parameter) {
    const auto bits = static_cast<unsigned>(std::max(parameter - 1, 0));
    return std::string((bits & 4U) != 0 ? "ctrl-" : "") + ((bits & 2U) != 0 ? "alt-" : "") +
           ((bits & 1U) != 0 ? "shift-" : "");
}

struct Parameters {
    int first = 1;
    int second = 1;
};

Parameters parameters_in(std::string_view text) {
    Parameters found;
    const char* const end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, found.first);
    if (error == std::errc() && after != end && *after == ';') std::from_chars(after + 1, end, found.second);
    return found;
}

/// "CSI < button ; x ; y M" (xterm's SGR mouse): the wheel's two directions. Empty for all else that a mouse does.
std::string_view mouse_name(std::string_view text) {
    constexpr int modifiers_bits = 4 + 8 + 16;
    int button = 0;
    std::from_chars(text.data(), text.data() + text.size(), button);
    switch (button & ~modifiers_bits) {
        case 64:
            return "wheel-up";
        case 65:
            return "wheel-down";
        default:
            return "";
    }
}

/// The name of a key that was sent as "CSI text final"; empty if nobody knows it.
std::string sequence_name(std::string_view text, char final) {
    if (text.starts_with('<')) return final == 'M' ? std::string(mouse_name(text.substr(1))) : "";
    const Parameters parameters = parameters_in(text);
    if (final == 'Z') return "shift-tab";
    std::string_view name;
    if (final == '~') {
        const auto* const found = std::ranges::find(numbers, parameters.first, &NamedNumber::number);
        if (found != numbers.end()) name = found->name;
    } else {
        const auto* const found = std::ranges::find(finals, final, &NamedFinal::final);
        if (found != finals.end()) name = found->name;
    }
    return name.empty() ? "" : modifiers(parameters.second) + std::string(name);
}

/// How many bytes "ESC [ ... final" at the beginning has; 0 where the end is still to come.
std::size_t sequence_length(std::string_view bytes) {
    for (std::size_t i = 2; i < bytes.size(); ++i) {
        const bool final = bytes[i] >= 0x40 && bytes[i] <= 0x7e;
        if (final || is_control(bytes[i]) || i > max_sequence_bytes) return i + 1;
    }
    return 0;
}

std::size_t utf8_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte < 0xc0) return 1;
    return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Without a last character of which bytes are still to come.
std::string_view whole_characters(std::string_view text) {
    const std::size_t looked_at = std::min<std::size_t>(text.size(), 3);
    for (std::size_t back = 1; back <= looked_at; ++back) {
        if (utf8_length(text[text.size() - back]) > back) return text.substr(0, text.size() - back);
    }
    return text;
}

std::string with_newlines(std::string_view text) {
    std::string lines;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool second_half = text[i] == '\n' && i > 0 && text[i - 1] == '\r';
        if (!second_half) lines += text[i] == '\r' ? '\n' : text[i];
    }
    return lines;
}

/// What begins with ESC. Returns how many bytes it took; 0 where more are to come.
std::size_t take_sequence(std::string_view bytes, std::vector<Input>& inputs) {
    if (bytes.size() < 2) return 0;
    const char second = bytes[1];
    if (second == '[' || second == 'O') {
        const std::size_t length = second == 'O' ? (bytes.size() > 2 ? 3 : 0) : sequence_length(bytes);
        if (length == 0) return 0;
        const std::string name = sequence_name(bytes.substr(2, length - 3), bytes[length - 1]);
        if (!name.empty()) inputs.emplace_back(KeyPress{name});
        return length;
    }
    if (second == '\x1b') {
        inputs.emplace_back(KeyPress{"esc"});
        return 1;
    }
    if (is_control(second)) {
        inputs.emplace_back(KeyPress{"alt-" + control_name(second)});
        return 2;
    }
    const std::size_t length = 1 + utf8_length(second);
    if (bytes.size() < length) return 0;
    inputs.emplace_back(KeyPress{"alt-" + std::string(bytes.substr(1, length - 1))});
    return length;
}

std::size_t take_text(std::string_view bytes, std::vector<Input>& inputs) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if(bytes, is_control) - bytes.begin());
    const std::string_view text = end == bytes.size() ? whole_characters(bytes) : bytes.substr(0, end);
    if (!text.empty()) inputs.emplace_back(Text{std::string(text)});
    return text.size();
}

}  // namespace

void KeyReader::paste_more(std::string_view bytes) {
    const std::size_t room = max_waiting - std::min(pasted_.size(), max_waiting);
    pasted_ += bytes.substr(0, room);
    lost_ += bytes.size() - std::min(bytes.size(), room);
}

/// Returns how many bytes it took; 0 where more are to come.
std::size_t KeyReader::take_one(std::vector<Input>& inputs) {
    const std::string_view bytes = waiting_;
    if (pasting_) {
        const std::size_t end = bytes.find(paste_end);
        const std::size_t kept = std::min(bytes.size(), paste_end.size() - 1);
        paste_more(bytes.substr(0, end == std::string_view::npos ? bytes.size() - kept : end));
        if (end == std::string_view::npos) return bytes.size() - kept;
        inputs.emplace_back(Paste{with_newlines(std::exchange(pasted_, {})), std::exchange(lost_, 0)});
        pasting_ = false;
        return end + paste_end.size();
    }
    if (bytes.starts_with(paste_begin)) {
        pasting_ = true;
        return paste_begin.size();
    }
    if (bytes.front() == '\x1b') return take_sequence(bytes, inputs);
    if (!is_control(bytes.front())) return take_text(bytes, inputs);
    inputs.emplace_back(KeyPress{control_name(bytes.front())});
    return 1;
}

std::vector<Input> KeyReader::read(std::string_view bytes) {
    waiting_ += bytes;
    std::vector<Input> inputs;
    while (!waiting_.empty()) {
        const std::size_t taken = take_one(inputs);
        if (taken == 0) break;
        waiting_.erase(0, taken);
    }
    return inputs;
}

std::vector<Input> KeyReader::take_escape() {
    if (!waits_after_escape()) return {};
    const std::string rest = std::exchange(waiting_, {}).substr(1);
    if (rest.empty()) return {KeyPress{"esc"}};
    return {KeyPress{"alt-" + rest}};
}

}  // namespace natscreds::chat
