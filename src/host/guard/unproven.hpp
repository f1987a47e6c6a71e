// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>

namespace r1cluster::detail {

/// Connections to a listening socket of the guard that have not shown yet that they may speak. They are few: a new one
/// closes the oldest, and none takes the descriptors that the guard needs for its own work.
class Unproven {
public:
    using Place = std::list<std::function<void()>>::iterator;

    /// Takes in a connection with this descriptor; `close` closes it, and may be called until it has left. Closes the
    /// oldest where there are too many.
    Place enter(int descriptor, std::function<void()> close);
    /// It has shown that it may speak, or is closed.
    void leave(Place place);
    /// For an accept that failed for want of descriptors or memory.
    void close_oldest();

    std::size_t size() const { return connections_.size(); }

    static constexpr std::size_t most = 64;
    static constexpr int reserved_descriptors = 64;

private:
    std::list<std::function<void()>> connections_;
};

/// Whether an accept failed for a reason that passes: no descriptor, no memory, a caller that has gone. Any other error
/// means that the listening socket is closed.
bool is_passing(const boost::system::error_code& error);
/// Until the next accept after one that failed so.
inline constexpr auto accept_pause = std::chrono::milliseconds(50);

}  // namespace r1cluster::detail
