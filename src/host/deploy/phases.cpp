// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/phases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {

bool has_ended(const DeploymentStatus& status) {
    return std::all_of(status.hosts.begin(), status.hosts.end(), [](const HostStatus& host) {
        return host.phase == Phase::absent || host.phase == Phase::stopped;
    });
}

bool is_hopeless(DeploymentStatus& status) {
    if (status.cause || status.phase == Phase::failed) return true;
    for (const HostStatus& host : status.hosts) {
        if (host.phase != Phase::unknown) continue;
        status.cause = Cause{};
        status.cause->host = host.host;
        status.cause->text = fmt::format(
            "{} did not answer within {:.0f} s while the engine started: {}; if it lives, its guard ends what runs "
            "there",
            host.host, ping_timeout_s, host.because);
        status.phase = Phase::failed;
        return true;
    }
    return false;
}

}  // namespace r1cluster::detail
