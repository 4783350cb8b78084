#include "process_figures.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace natscreds::provisioner {
namespace {

/// Fields of /proc/self/stat, counted from the process's state, which is the first behind its name.
constexpr std::size_t user_ticks = 11;
constexpr std::size_t system_ticks = 12;
constexpr std::size_t threads = 17;
constexpr std::size_t start_ticks = 19;
constexpr std::size_t virtual_bytes = 20;
constexpr std::size_t resident_pages = 21;

void add(std::string& text, std::string_view name, std::string_view type, double value) {
    std::ostringstream line;
    line.precision(15);
    line << "# TYPE " << name << ' ' << type << '\n' << name << ' ' << value << '\n';
    text += line.str();
}

std::vector<double> stat_fields() {
    std::ifstream file("/proc/self/stat");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(text.substr(name_end + 1));
    std::string state;
    rest >> state;
    std::vector<double> fields{0};
    for (double field = 0; rest >> field;)
        fields.push_back(field);
    return fields;
}

/// Since the epoch.
double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    }
    return 0;
}

void add_descriptors(std::string& text) {
    std::error_code none;
    const std::filesystem::directory_iterator open("/proc/self/fd", none);
    if (!none)
        add(text, "process_open_fds", "gauge", static_cast<double>(std::distance(begin(open), end(open))));
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        add(text, "process_max_fds", "gauge", static_cast<double>(limit.rlim_cur));
}

}  // namespace

std::string process_figures() {
    std::string text;
    add_descriptors(text);
    const std::vector<double> fields = stat_fields();
    if (fields.size() <= resident_pages) return text;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    add(text, "process_cpu_seconds_total", "counter", (fields[user_ticks] + fields[system_ticks]) / ticks);
    add(text, "process_threads", "gauge", fields[threads]);
    add(text, "process_virtual_memory_bytes", "gauge", fields[virtual_bytes]);
    add(text, "process_resident_memory_bytes", "gauge", fields[resident_pages] * page);
    add(text, "process_start_time_seconds", "gauge", boot_time() + fields[start_ticks] / ticks);
    return text;
}

}  // namespace natscreds::provisioner
