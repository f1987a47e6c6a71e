// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"
#include "spec/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(Phase, absent, starting, ready, stopping, stopped, failed, unknown)
BOOST_DESCRIBE_STRUCT(SecretVariable, (), (name, file))
BOOST_DESCRIBE_STRUCT(LaunchFile, (), (name, text, copied_files, secret_files))
BOOST_DESCRIBE_STRUCT(Runtime, (), (kind, program, image, cache_volume, options))
BOOST_DESCRIBE_STRUCT(ProcessSpec, (), (name, runtime, argv, env, secrets, files, ranks, wait_for, is_drained))
BOOST_DESCRIBE_STRUCT(LaunchPort, (), (address, port, purpose))
BOOST_DESCRIBE_STRUCT(HostLaunch, (), (host, address, processes, ports))
BOOST_DESCRIBE_STRUCT(Readiness, (), (host, address, port, model, api_key_file, ranks, timeout_s))
BOOST_DESCRIBE_STRUCT(LaunchPlan, (),
                      (deployment, engine, engine_version, backend, fate, hosts, readiness, guard_port, drain_s,
                       grace_s, lease_s, log_file_bytes, log_files, because))
BOOST_DESCRIBE_STRUCT(Cause, (), (host, process, rank, pid, exit_code, signal, is_out_of_memory, text, last_line, at))
BOOST_DESCRIBE_STRUCT(ProcessStatus, (), (name, pid, is_alive, exit_code, signal, log))
BOOST_DESCRIBE_STRUCT(RankStatus, (), (rank, pid, is_alive))
BOOST_DESCRIBE_STRUCT(Stall, (), (host, rank, pid, seconds, text))
template <>
inline constexpr std::string_view detail::later_field<HostStatus> = "stall";
template <>
inline constexpr std::string_view detail::later_field<DeploymentStatus> = "stall";
BOOST_DESCRIBE_STRUCT(HostStatus, (),
                      (host, phase, because, guard_pid, containment, processes, ranks, cause, stall, activity,
                       started_at))
BOOST_DESCRIBE_STRUCT(DeploymentStatus, (), (deployment, phase, endpoint, model, hosts, cause, stall))

}  // namespace r1cluster
