// What a command of nsctl costs in a store of 1,000 accounts and 10,000 users, against a store of ten accounts in
// the same run: the median of 15 rounds, in which both take turns. It runs the program beside it.
#include <algorithm>
#include <array>
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

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>

using namespace natscreds;
namespace fs = std::filesystem;

namespace {

constexpr int rounds = 15;
constexpr int users_per_account = 10;

using Words = std::vector<std::string>;

/// Ends the bench where a result is an error: there is nothing to measure then.
template <class T>
T checked(base::Result<T> result) {
    if (result) return *std::move(result);
    std::fprintf(stderr, "bench: %s\n", result.error().message().c_str());
    std::exit(1);
}

accounts::Name name(const std::string& text) {
    return checked(accounts::Name::parse(text));
}

/// Operator KO with so many accounts A0, A1, ... and ten users u0 to u9 in each; gone when it ends.
class BigStore {
  public:
    explicit BigStore(int accounts) : folder_(make_folder()) {
        const auto store =
            checked(accounts::Store::create(folder_ / "home/nats", name("KO"), accounts::Management::here));
        const accounts::Tree tree{store, keys_, clock_, random_};
        accounts::NewOperator owner;
        owner.extras = accounts::Extras::system_account;
        (void)checked(accounts::create_operator(tree, std::move(owner)));
        for (int i = 0; i < accounts; ++i)
            add_account(tree, name("A" + std::to_string(i)));
    }
    ~BigStore() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    BigStore(const BigStore&) = delete;
    BigStore& operator=(const BigStore&) = delete;

    /// The seconds that the program takes.
    [[nodiscard]] double time(const Words& words) const {
        Words all{(fs::read_symlink("/proc/self/exe").parent_path() / "nsctl").string()};
        all.insert(all.end(), words.begin(), words.end());
        std::vector<char*> argv;
        for (std::string& word : all)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        std::array<std::string, 2> variables{"NSC_HOME=" + (folder_ / "home").string(),
                                             "NKEYS_PATH=" + (folder_ / "keys").string()};
        std::array<char*, 3> environment{variables[0].data(), variables[1].data(), nullptr};
        posix_spawn_file_actions_t silent;
        posix_spawn_file_actions_init(&silent);
        for (const int output : {STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_addopen(&silent, output, "/dev/null", O_WRONLY, 0);
        const auto start = std::chrono::steady_clock::now();
        pid_t child = 0;
        int status = 1;
        if (posix_spawn(&child, argv[0], &silent, nullptr, argv.data(), environment.data()) == 0)
            waitpid(child, &status, 0);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        posix_spawn_file_actions_destroy(&silent);
        if (status != 0) {
            std::fprintf(stderr, "bench: %s failed\n", words.front().c_str());
            std::exit(1);
        }
        return taken.count();
    }

  private:
    static fs::path make_folder() {
        std::string pattern = (fs::temp_directory_path() / "nsctl-bench-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::exit(1);
        return pattern;
    }

    void add_account(const accounts::Tree& tree, const accounts::Name& account) {
        (void)checked(accounts::create_account(
            tree, {.name = account, .key = {}, .signer = "", .validity = {}, .default_permissions = {}}));
        for (int i = 0; i < users_per_account; ++i) {
            // Only the keys that a command asks for need be there.
            const auto key = checked(nkeys::SigningKey::generate(nkeys::Kind::user, random_));
            (void)checked(accounts::create_user(tree, {.account = account,
                                                       .name = name("u" + std::to_string(i)),
                                                       .key = key.public_key(),
                                                       .signer = "",
                                                       .validity = {},
                                                       .claims = {}}));
        }
    }

    fs::path folder_;
    base::SystemClock clock_;
    base::SystemRandom random_;
    accounts::KeyStore keys_{folder_ / "keys"};
};

double median(std::array<double, rounds> values) {
    std::ranges::sort(values);
    return values[rounds / 2];
}

/// A word "#" is another one each round.
Words numbered(Words words, int round) {
    for (std::string& word : words)
        word += word.ends_with('#') ? std::to_string(round) : "";
    return words;
}

void compare(const BigStore& small, const BigStore& large, const Words& words) {
    std::array<double, rounds> in_small{};
    std::array<double, rounds> in_large{};
    for (int round = 0; round < rounds; ++round) {
        const auto at = static_cast<std::size_t>(round);
        in_small[at] = small.time(numbered(words, round));
        in_large[at] = large.time(numbered(words, round));
    }
    std::string line;
    for (const std::string& word : words)
        line += word + " ";
    std::printf("%-36s %6.1f ms of ten accounts  %6.1f ms of 1,000  ratio %.2f\n", line.c_str(),
                1000 * median(in_small), 1000 * median(in_large), median(in_large) / median(in_small));
}

}  // namespace

int main() {
    const BigStore small(10);
    const BigStore large(1000);
    compare(small, large, {"describe", "account", "A7"});
    compare(small, large, {"describe", "user", "-a", "A7", "u3"});
    compare(small, large, {"list", "users", "-a", "A7"});
    compare(small, large, {"edit", "account", "A7", "--tag", "t#"});
    compare(small, large, {"edit", "user", "-a", "A7", "u3", "--tag", "t#"});
    compare(small, large, {"add", "user", "-a", "A7", "-n", "new#"});
    compare(small, large, {"revocations", "add-user", "-a", "A7", "-n", "u3"});
    compare(small, large, {"add", "account", "N#"});
    compare(small, large, {"generate", "config", "--mem-resolver"});
    return 0;
}
