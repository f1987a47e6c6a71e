// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "host/agent/agent.hpp"

namespace r1cluster::detail {

/// The method FetchImage of host/agent/protocol.hpp.
void add_image_handlers(asio::io_context& context, Handlers& handlers);

/// Takes an image away that FetchImage loaded or pulled, if no container needs it. An image that was there before
/// stays.
asio::awaitable<void> remove_fetched_image(asio::io_context& context, std::string program, std::string image);

/// Prints what read_engine_environment() reads, for read_image(). Returns the exit code.
int print_engine_environment(const char* python, const char* python_path);

}  // namespace r1cluster::detail
