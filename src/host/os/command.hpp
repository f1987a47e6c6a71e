// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

namespace r1cluster::detail {

/// What a program that has ended left.
struct CommandOutput {
    int exit_code = 0;  ///< 128 + signal where a signal ended it
    std::string output;
    std::string errors;

    bool is_success() const { return exit_code == 0; }
    /// What it says went wrong, for a message: the last line of its errors, else of its output, without the words that
    /// Docker and Podman put before it and the hint to read their help behind it.
    std::string complaint() const;
};

/// Runs a program to its end, with our environment and no input. Throws Error (not_found, system) where it does not
/// start, (timed_out) where it has not ended in time; it is then ended by force.
boost::asio::awaitable<CommandOutput> run_command(boost::asio::io_context& context, std::vector<std::string> argv,
                                                  double timeout_s);

/// The same for a thread that has no event loop.
CommandOutput run_command(std::vector<std::string> argv, double timeout_s);

}  // namespace r1cluster::detail
