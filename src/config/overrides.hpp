// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/variables.hpp"

namespace r1cluster::detail {

/// Puts [env] and [host.env] over what we chose; they are kept in any case. What we disagree with becomes a
/// Finding.
std::vector<Finding> apply_user_settings(SettingsByName& settings, const DeploymentSpec& spec, const Layout& layout,
                                         const HostInLayout& host, const Knowledge& knowledge);

}  // namespace r1cluster::detail
