// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(Transport, ssh, local)
BOOST_DESCRIBE_ENUM(Fate, service, attached)
BOOST_DESCRIBE_ENUM(GoalKind, latency, throughput, context, users)
BOOST_DESCRIBE_STRUCT(Goal, (), (kind, users, tokens))
BOOST_DESCRIBE_ENUM(RuntimeKind, process, docker, podman)
BOOST_DESCRIBE_ENUM(Pull, missing, never)
BOOST_DESCRIBE_STRUCT(HostSpec, (), (name, address, ssh, transport, python, interface, gpus, env, runtime))
BOOST_DESCRIBE_STRUCT(ModelSpec, (), (path, served_name))
BOOST_DESCRIBE_STRUCT(ContainerSpec, (), (runtime, image, archive, pull, shm_bytes, mounts, options, program))
BOOST_DESCRIBE_STRUCT(EngineSpec, (),
                      (name, version, python, backend, extra_arguments, gpu_memory_utilization, kv_cache_bytes,
                       start_timeout_s, dtype, kv_cache_dtype, max_batched_tokens, max_sequences, is_eager,
                       speculative_tokens))
BOOST_DESCRIBE_STRUCT(ProxySpec, (),
                      (program, tls_certificate_file, tls_key_file, allowed_paths, max_request_bytes, max_connections,
                       max_connections_per_client, max_requests_per_minute, answer_timeout_s, drain_s))
BOOST_DESCRIBE_STRUCT(ServeSpec, (), (address, port, max_model_len, api_key_file, goal, is_unprotected, proxy))
BOOST_DESCRIBE_STRUCT(LayoutSpec, (),
                      (tensor_parallel, pipeline_parallel, layers_per_stage, data_parallel, expert_parallel,
                       decode_context_parallel))
BOOST_DESCRIBE_STRUCT(DeploymentPorts, (), (api, rendezvous, guard, engine))
BOOST_DESCRIBE_STRUCT(PlannedPort, (), (host, address, port, purpose))
BOOST_DESCRIBE_STRUCT(DeploymentSpec, (), (name, fate, hosts, model, engine, container, serve, layout, env))

}  // namespace r1cluster
