// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/ports.hpp"

#include "engine/names/names.hpp"

namespace r1cluster {

DeploymentPorts deployment_ports(const DeploymentSpec& spec) {
    const int api = spec.serve.port;
    // Two steps apart, not one: a second deployment commonly takes the next API port. 8000 gives 28000 and 18000,
    // both below Linux's range for outgoing connections (32768-60999).
    const int step = api + 20000 < 60000 ? 10000 : -10000;
    return {api, api + 2 * step, api + step, spec.serve.proxy ? api + step / 2 : api};
}

namespace {

void add_ports_of(const detail::EngineName& engine, const DeploymentSpec& spec, std::vector<PlannedPort>& planned) {
    const HostSpec& head = spec.hosts.front();
    const DeploymentPorts ports = deployment_ports(spec);
    const bool is_alone = spec.hosts.size() == 1;
    const std::string address = is_alone ? "127.0.0.1" : head.address;
    if (is_alone && engine.has_rendezvous_on_one_host)
        planned.push_back({head.name, address, ports.rendezvous, "torch rendezvous"});
    if (spec.layout.data_parallel.value_or(1) > 1) {
        for (int i = 1; i <= engine.ports_of_copies; ++i)
            planned.push_back({head.name, address, ports.rendezvous + i, "queues of the copies"});
    }
    for (std::size_t i = 1; engine.answers_on_every_host && i < spec.hosts.size(); ++i)
        planned.push_back({spec.hosts[i].name, "127.0.0.1", ports.of_node(static_cast<int>(i)), "engine's own answer"});
}

}  // namespace

std::vector<PlannedPort> planned_ports(const DeploymentSpec& spec) {
    if (spec.hosts.empty()) return {};
    const HostSpec& head = spec.hosts.front();
    const DeploymentPorts ports = deployment_ports(spec);
    std::vector<PlannedPort> planned{{head.name, spec.serve.address, ports.api, "API"}};
    if (spec.serve.proxy) planned.push_back({head.name, "127.0.0.1", ports.engine, "engine behind the proxy"});
    if (spec.hosts.size() > 1) {
        planned.push_back({head.name, head.address, ports.rendezvous, "torch rendezvous"});
        planned.push_back({head.name, head.address, ports.guard, "guard link"});
    }
    const detail::EngineName* engine = detail::find_engine_name(spec.engine.name);
    if (engine) add_ports_of(*engine, spec, planned);
    return planned;
}

}  // namespace r1cluster
