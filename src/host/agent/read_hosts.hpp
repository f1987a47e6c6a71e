// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/agents.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// The reading part of read(), for those who go on to use the same agents.
asio::awaitable<Recording> read_hosts(Agents& hosts);

}  // namespace r1cluster::detail
