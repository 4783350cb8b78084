#pragma once

#include <functional>
#include <optional>

namespace natscreds::support {

/// What a process came to in which one system call failed.
struct FailedCall {
    int exit_code = 0;
    long call = 0;  ///< the number of the system call
    int error = 0;  ///< what it failed with
};

/// Runs `body` in a copy of this process in which the n-th system call on files (opening, reading, writing, locking,
/// flushing, truncating, renaming, removing) fails without having done anything: with EMFILE, EIO, EACCES, ENOSPC or
/// EINTR, in turn. Nothing when `body` ended before its n-th.
///
/// Shape:   n counts from 1. The exit code is what `body` returned; 128 + the signal when a signal ended it.
/// Source:  ptrace(2), PTRACE_GET_SYSCALL_INFO.
[[nodiscard]] std::optional<FailedCall> with_failing_call(int n, const std::function<int()>& body);

}  // namespace natscreds::support
