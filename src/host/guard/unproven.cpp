// SPDX-License-Identifier: Apache-2.0
#include "host/guard/unproven.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace r1cluster::detail {
namespace {

/// The kernel gives the lowest free number, so a high one means that few are left.
bool is_in_reserve(int descriptor) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    return descriptor + Unproven::reserved_descriptors >= static_cast<long>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

}  // namespace

Unproven::Place Unproven::enter(int descriptor, std::function<void()> close) {
    connections_.push_back(std::move(close));
    if (connections_.size() > most || is_in_reserve(descriptor)) close_oldest();
    return std::prev(connections_.end());
}

void Unproven::leave(Place place) { connections_.erase(place); }

// The entry stays until the connection's own coroutine takes it away; a second call closes the next one.
void Unproven::close_oldest() {
    for (std::function<void()>& close : connections_) {
        if (!close) continue;
        const std::function<void()> once = std::move(close);
        close = nullptr;
        once();
        return;
    }
}

bool is_passing(const boost::system::error_code& error) {
    static constexpr std::array passing{EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPROTO, EINTR, EPERM};
    return std::find(passing.begin(), passing.end(), error.value()) != passing.end();
}

}  // namespace r1cluster::detail
