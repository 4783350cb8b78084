// Ten thousand users with one `nsctl add users`, against 200 of `nsctl add user` one after the other in the same run.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

constexpr int many = 10'000;
constexpr int single = 200;

/// A folder with operator O and account A; gone when it ends.
class Folder {
  public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "nsctl-bench-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::exit(1);
        folder_ = pattern;
        run({"add", "operator", "O"});
        run({"add", "account", "A"});
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void run(std::vector<std::string> words) const {
        words.insert(words.begin(), (fs::read_symlink("/proc/self/exe").parent_path() / "nsctl").string());
        words.insert(words.end(), {"--all-dirs", folder_.string()});
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t silent;
        posix_spawn_file_actions_init(&silent);
        for (const int output : {STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_addopen(&silent, output, "/dev/null", O_WRONLY, 0);
        pid_t child = 0;
        int status = 1;
        if (posix_spawn(&child, argv[0], &silent, nullptr, argv.data(), environ) == 0)
            waitpid(child, &status, 0);
        posix_spawn_file_actions_destroy(&silent);
        if (status == 0) return;
        std::fprintf(stderr, "bench: nsctl %s %s failed\n", argv[1], argv[2]);
        std::exit(1);
    }

  private:
    fs::path folder_;
};

template <class Work>
double seconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main() {
    const Folder one_by_one;
    const double alone = seconds([&] {
        for (int i = 0; i < single; ++i)
            one_by_one.run({"add", "user", "-a", "A", "-n", "u" + std::to_string(i)});
    });
    const Folder at_once;
    const double together = seconds([&] {
        at_once.run({"add", "users", "--count", std::to_string(many), "-n", "u{}"});
    });
    const double each_alone = alone / single;
    const double each_together = together / many;
    std::printf("add user   %5d  %6.2f s  %6.2f ms each\n", single, alone, 1000 * each_alone);
    std::printf("add users  %5d  %6.2f s  %6.2f ms each  ratio %.1f\n", many, together, 1000 * each_together,
                each_alone / each_together);
    return 0;
}
