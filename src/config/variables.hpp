// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/host_network.hpp"
#include "r1cluster/config/settings.hpp"

namespace r1cluster::detail {

/// One host of a layout, with all that its environment depends on.
struct HostInLayout {
    const HostSpec* spec = nullptr;
    const Machine* machine = nullptr;         ///< nullptr: nothing was read
    std::vector<const RankPlacement*> ranks;  ///< of this host
    int ranks_on_machine = 0;                 ///< of all hosts that are this same machine
    bool is_shared_machine = false;           ///< another host of the layout is this same machine
    int hosts = 1;                            ///< that take part
    HostNetwork network;
};

using SettingsByName = std::map<std::string, Setting>;

/// What we set, and what we leave alone on purpose.
SettingsByName our_settings(const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host);

}  // namespace r1cluster::detail
