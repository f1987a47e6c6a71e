// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/hosts.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// The reading part of read(), for those who go on to use the same agents.
asio::awaitable<Recording> read_hosts(Hosts& hosts);

}  // namespace r1cluster::detail
