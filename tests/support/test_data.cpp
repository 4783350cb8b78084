#include <support/test_data.h>

#include <support/programs.h>
#include <support/temp_dir.h>

namespace natscreds::support {

std::filesystem::path test_data(const std::filesystem::path& name) {
    return std::filesystem::path(source_root()) / "tests" / "data" / name;
}

std::string read_test_data(const std::filesystem::path& name) {
    return read_text(test_data(name));
}

}  // namespace natscreds::support
