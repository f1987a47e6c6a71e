// SPDX-License-Identifier: Apache-2.0
#include "host/guard/protocol.hpp"

#include "r1cluster/base/version.hpp"

namespace r1cluster::detail::protocol {
namespace {

/// Counts changes after which one side misreads the other. New members need no new number where they may be missing.
constexpr int guard_protocol = 1;
constexpr int oldest_guard_protocol = 0;

}  // namespace

Hello hello_of_guard() { return {guard_protocol, oldest_guard_protocol, std::string(library_version())}; }

}  // namespace r1cluster::detail::protocol
