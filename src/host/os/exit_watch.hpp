// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>

namespace r1cluster::detail {

/// Waits for the end of any process by pidfd. The status is as waitpid gives it; nullopt where the kernel does not
/// tell it of a process that is not our child (before Linux 6.15, unless it is seen as a zombie).
/// `on_end` is called the moment that it ends, before the status is looked for. Throws boost::system::system_error when
/// there is no such process now.
boost::asio::awaitable<std::optional<int>> wait_for_exit(boost::asio::io_context& context, int pid,
                                                         std::function<void()> on_end = {});

}  // namespace r1cluster::detail
