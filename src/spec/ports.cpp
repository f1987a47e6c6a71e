// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/ports.hpp"

namespace r1cluster {

DeploymentPorts deployment_ports(const DeploymentSpec& spec) {
    const int api = spec.serve.port;
    // Two steps apart, not one: a second deployment commonly takes the next API port. 8000 gives 28000 and 18000,
    // both below Linux's range for outgoing connections (32768-60999).
    const int step = api + 20000 < 60000 ? 10000 : -10000;
    return {api, api + 2 * step, api + step, spec.serve.proxy ? api + step / 2 : api};
}

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
    return planned;
}

}  // namespace r1cluster
