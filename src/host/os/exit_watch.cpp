// SPDX-License-Identifier: Apache-2.0
#include "host/os/exit_watch.hpp"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <fstream>
#include <string>

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;

// PIDFD_GET_INFO and its exit part, from the kernel's include/uapi/linux/pidfd.h (6.13, exit status 6.15); Debian 12's
// headers are older.
struct pidfd_info_v0 {
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::array<std::uint32_t, 11> ids;
    std::int32_t exit_code;
};
static_assert(sizeof(pidfd_info_v0) == 64);
constexpr unsigned long get_info = _IOWR(0xFF, 11, pidfd_info_v0);
constexpr std::uint64_t info_exit = 1u << 3;

std::optional<int> status_of_reaped(int descriptor) {
    pidfd_info_v0 info{};
    info.mask = info_exit;
    if (::ioctl(descriptor, get_info, &info) != 0 || !(info.mask & info_exit)) return std::nullopt;
    return info.exit_code;
}

/// The last field of /proc/PID/stat, while nobody has reaped it.
std::optional<int> status_of_zombie(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos || text.size() < end + 3 || text[end + 2] != 'Z') return std::nullopt;
    return std::atoi(text.substr(text.rfind(' ') + 1).c_str());
}

}  // namespace

asio::awaitable<std::optional<int>> wait_for_exit(asio::io_context& context, int pid, std::function<void()> on_end) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) throw boost::system::system_error(errno, boost::system::system_category());
    asio::posix::stream_descriptor exit(context, descriptor);
    co_await exit.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    if (on_end) on_end();
    asio::steady_timer pause(context);
    for (int i = 0; i < 50; ++i) {
        if (const auto status = status_of_zombie(pid)) co_return status;
        if (const auto status = status_of_reaped(descriptor)) co_return status;
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_return std::nullopt;
}

}  // namespace r1cluster::detail
