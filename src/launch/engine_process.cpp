// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "launch/group.hpp"

namespace r1cluster::detail {
namespace {

bool tensor_group_spans_hosts(const Layout& layout) {
    std::map<int, std::set<std::string>> hosts_of_stage;
    for (const RankPlacement& rank : layout.ranks) hosts_of_stage[rank.pipeline_rank].insert(rank.host);
    return std::ranges::any_of(hosts_of_stage, [](const auto& stage) { return stage.second.size() > 1; });
}

NodePlace place_of(const Group& group, std::size_t node) {
    if (group.backend == "ray") return {};  // Ray places the ranks
    return {.nodes = group.hosts.size(),
            .node = node,
            .master_address = group.head_address(),
            .master_port = group.ports.rendezvous};
}

}  // namespace

void say_once(LaunchPlan& plan, const std::string& because) {
    if (std::ranges::find(plan.because, because) == plan.because.end()) plan.because.push_back(because);
}

ProcessSpec engine_process(LaunchPlan& plan, const Group& group, std::size_t node) {
    const EngineLaunch& launch = *group.engine->launch;
    const GroupHost& host = group.hosts[node];
    const Layout& layout = *group.layout;
    const std::string listen_address = group.spec->serve.proxy ? "127.0.0.1" : group.spec->serve.address;
    const ServeCommand command{.spec = *group.spec,
                               .engine = layout.engine,
                               .knowledge = *group.knowledge,
                               .python = host.python,
                               .backend = group.backend,
                               .tensor_parallel = layout.tensor_parallel,
                               .pipeline_parallel = layout.pipeline_parallel,
                               .data_parallel = layout.data_parallel,
                               .decode_context_parallel = layout.decode_context_parallel,
                               .is_expert_parallel = layout.is_expert_parallel,
                               .is_on_gpus = group.is_on_gpus,
                               .tensor_group_spans_hosts = tensor_group_spans_hosts(layout),
                               .place = place_of(group, node),
                               .listen_address = listen_address,
                               .listen_port = group.ports.engine};
    if (node == 0 && launch.refusal) {
        if (const std::string why = launch.refusal(command); !why.empty()) refuse(*group.spec, why);
    }
    const CommandLine line = launch.serve_command(command);
    for (const BoundPort& port : line.ports) {
        plan.hosts[node].ports.push_back({.address = port.address, .port = port.port, .purpose = port.purpose});
    }
    for (const std::string& because : line.because) say_once(plan, because);
    ProcessSpec process;
    process.name = node == 0 ? "head" : fmt::format("worker-{}", node);
    process.runtime = engine_runtime(plan, group, host);
    process.argv = line.argv;
    process.env = environment(*host.settings);
    if (node == 0 && !group.spec->serve.api_key_file.empty() && !launch.api_key_variable.empty()) {
        process.secrets.push_back(
            {.name = std::string(launch.api_key_variable), .file = group.spec->serve.api_key_file});
    }
    return process;
}

}  // namespace r1cluster::detail
