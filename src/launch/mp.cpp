// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "launch/group.hpp"

namespace r1cluster::detail {

void add_mp_processes(LaunchPlan& plan, const Group& group) {
    for (std::size_t node = 0; node < group.hosts.size(); ++node) {
        ProcessSpec process = engine_process(plan, group, node);
        process.ranks = group.hosts[node].ranks;
        plan.hosts[node].processes.push_back(std::move(process));
    }
    if (group.hosts.size() == 1) return;
    plan.because.push_back(
        fmt::format("backend mp: {} {} starts one process a host by itself, so no Ray has to run, and none of its open "
                    "ports",
                    group.engine->title, group.version.text()));
}

}  // namespace r1cluster::detail
