// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/agent.hpp"

namespace r1cluster::detail {

/// What an agent does for deployments on its host:
///
///     job.create {plan, host, token}             makes the folder and starts the guard
///     job.ask    {deployment, host, verb}        passes a verb on to the guard -> HostStatus
///     job.status {deployment, host}              HostStatus, also of a guard that has ended or died
///     job.end    {deployment, host, purge}       stops, waits until nothing is left, removes the folder -> HostStatus
///     job.logs   {deployment, host, offsets, tail_bytes}   what the logs hold beyond these offsets
///     job.token  {readiness}                     asks the engine for one token -> {is_ready, because, seconds}
void add_job_handlers(asio::io_context& context, Handlers& handlers);

}  // namespace r1cluster::detail
