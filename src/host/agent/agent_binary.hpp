// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>

#include "host/agent/ssh_command.hpp"

namespace r1cluster::detail {

/// This program has called agent_main().
inline std::atomic<bool> is_own_agent{false};

/// Where the executable is looked for, in this order: nearest first.
struct BinaryPlaces {
    std::string self;            ///< the file of this process
    std::string library_folder;  ///< of the file that holds this code: this process's, or a shared library
    std::string search_path;     ///< folders with ':' between them, as of PATH
};
/// Throws Error (not_found).
std::string find_binary_in(const BinaryPlaces& places);

/// The executable of these options, read and hashed. Throws Error (not_found).
AgentBinary load_agent_binary(const HostOptions& options);

}  // namespace r1cluster::detail
