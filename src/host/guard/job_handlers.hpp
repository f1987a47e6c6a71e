// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/agent.hpp"

namespace r1cluster::detail {

/// What an agent does for deployments on its host: the methods of host/guard/protocol.hpp.
void add_job_handlers(asio::io_context& context, Handlers& handlers);

}  // namespace r1cluster::detail
