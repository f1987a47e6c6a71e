// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

DeploymentPorts deployment_ports(const DeploymentSpec& spec) {
    const int api = spec.serve.port;
    // Two steps apart, not one: a second deployment commonly takes the next API port. 8000 gives 28000 and 18000,
    // both below Linux's range for outgoing connections (32768-60999).
    const int step = api + 20000 < 60000 ? 10000 : -10000;
    return {api, api + 2 * step, api + step};
}

}  // namespace r1cluster
