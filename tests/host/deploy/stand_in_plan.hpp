// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

inline int free_port() {
    boost::asio::io_context context;
    return boost::asio::ip::tcp::acceptor(context, {boost::asio::ip::address_v4::loopback(), 0})
        .local_endpoint()
        .port();
}

/// A plan for the hosts of local_spec(): on host I the engine's stand-in as rank I; the API is at `api_port`.
inline LaunchPlan stand_in_plan(const DeploymentSpec& spec, Fate fate, int api_port) {
    LaunchPlan plan;
    plan.deployment = spec.name;
    plan.engine = "vllm";
    plan.fate = fate;
    plan.guard_port = free_port();
    plan.grace_s = 3;
    plan.readiness = {.host = spec.hosts[0].name,
                      .address = "127.0.0.1",
                      .port = api_port,
                      .model = spec.name,
                      .api_key_file = "",
                      .ranks = static_cast<int>(spec.hosts.size()),
                      .timeout_s = 60};
    for (std::size_t i = 0; i < spec.hosts.size(); ++i) {
        HostLaunch& host = plan.hosts.emplace_back();
        host.host = spec.hosts[i].name;
        host.address = spec.hosts[i].address;
        ProcessSpec& process = host.processes.emplace_back();
        process.name = i == 0 ? "head" : "worker-" + std::to_string(i);
        process.argv = {R1CLUSTER_ENGINE_STAND_IN, "rank", std::to_string(i), std::to_string(spec.hosts.size())};
        process.ranks = {static_cast<int>(i)};
    }
    return plan;
}

}  // namespace r1cluster
