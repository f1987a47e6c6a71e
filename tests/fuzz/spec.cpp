// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster::fuzz {

void spec(std::string_view bytes) {
    const auto read = accepted([&] { return parse_spec(bytes); });
    if (!read) return;
    expect(!read->hosts.empty(), "an accepted spec has a host");
    expect(parse_spec(to_toml(*read)) == *read, "an accepted spec survives its TOML form");
    expect(validated(*read) == *read, "an accepted spec is valid, and its defaults are filled in");
    expect(from_json<DeploymentSpec>(to_json(*read)) == *read, "an accepted spec survives its JSON form");
    for (const PlannedPort& port : planned_ports(*read)) {
        expect(port.port > 0 && port.port < 65536, "a planned port is one of TCP");
    }
}

}  // namespace r1cluster::fuzz
