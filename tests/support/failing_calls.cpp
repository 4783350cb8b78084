#include <support/failing_calls.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <set>
#include <stdexcept>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace natscreds::support {
namespace {

const std::set<long> calls_on_files{
    SYS_openat, SYS_read,     SYS_pread64,    SYS_write,     SYS_pwrite64,  SYS_fsync,      SYS_fdatasync,
    SYS_flock,  SYS_fstat,    SYS_newfstatat, SYS_fchmod,    SYS_fchown,    SYS_renameat,   SYS_renameat2,
    SYS_linkat, SYS_unlinkat, SYS_mkdirat,    SYS_ftruncate, SYS_fallocate, SYS_getdents64, SYS_fcntl,
#ifdef SYS_rename
    SYS_open,   SYS_rename,   SYS_link,       SYS_unlink,    SYS_mkdir,     SYS_rmdir,      SYS_stat,
#endif
};

constexpr std::array errors{EMFILE, EIO, EACCES, ENOSPC, EINTR};

/// The registers of a stopped process: where the kernel takes a call's number from, and puts its result.
#if defined(__x86_64__)
auto& number_of(user_regs_struct& registers) {
    return registers.orig_rax;
}
auto& result_of(user_regs_struct& registers) {
    return registers.rax;
}
#elif defined(__aarch64__)
auto& number_of(user_regs_struct& registers) {
    return registers.regs[8];
}
auto& result_of(user_regs_struct& registers) {
    return registers.regs[0];
}
#endif

class Traced {
  public:
    explicit Traced(pid_t process) : process_(process) {
        wait();
        ptrace(PTRACE_SETOPTIONS, process_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    }

    /// Lets it run to its next system call, or out of one. False at its end.
    bool step() {
        const int deliver = WIFSTOPPED(status_) ? WSTOPSIG(status_) : 0;
        const bool ours = deliver == (SIGTRAP | 0x80) || deliver == SIGTRAP || deliver == SIGSTOP;
        if (ptrace(PTRACE_SYSCALL, process_, nullptr, ours ? 0 : deliver) != 0)
            throw std::runtime_error("a traced process cannot be continued");
        wait();
        return WIFSTOPPED(status_);
    }

    /// The system call that it is about to make.
    [[nodiscard]] std::optional<long> entering() const {
        __ptrace_syscall_info info{};
        const auto size = ptrace(PTRACE_GET_SYSCALL_INFO, process_, sizeof info, &info);
        if (size <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return std::nullopt;
        return static_cast<long>(info.entry.nr);
    }

    void fail(int error) {
        change([](user_regs_struct& registers) {
            number_of(registers) = static_cast<decltype(+number_of(registers))>(-1);
        });
#if defined(__aarch64__)
        int none = -1;
        iovec place{&none, sizeof none};
        ptrace(PTRACE_SETREGSET, process_, NT_ARM_SYSTEM_CALL, &place);
#endif
        step();
        change([&](user_regs_struct& registers) {
            result_of(registers) = static_cast<decltype(+result_of(registers))>(-error);
        });
    }

    [[nodiscard]] int exit_code() const {
        return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
    }

  private:
    void wait() {
        if (waitpid(process_, &status_, 0) != process_) throw std::runtime_error("a traced process is gone");
    }

    template <typename Change>
    void change(const Change& change) {
        user_regs_struct registers{};
        iovec place{&registers, sizeof registers};
        ptrace(PTRACE_GETREGSET, process_, NT_PRSTATUS, &place);
        change(registers);
        ptrace(PTRACE_SETREGSET, process_, NT_PRSTATUS, &place);
    }

    pid_t process_;
    int status_ = 0;
};

}  // namespace

std::optional<FailedCall> with_failing_call(int n, const std::function<int()>& body) {
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        _exit(body());
    }
    Traced traced(child);
    FailedCall failed{.error = errors[static_cast<std::size_t>(n) % errors.size()]};
    int seen = 0;
    while (traced.step()) {
        const auto call = traced.entering();
        if (!call || !calls_on_files.contains(*call) || ++seen != n) continue;
        failed.call = *call;
        traced.fail(failed.error);
    }
    if (seen < n) return std::nullopt;
    failed.exit_code = traced.exit_code();
    return failed;
}

}  // namespace natscreds::support
