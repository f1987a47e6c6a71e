// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "config/rules.hpp"
#include "r1cluster/config/settings.hpp"

namespace r1cluster::detail {

using SettingsByName = std::map<std::string, Setting>;

/// What we set, and what we leave alone on purpose: the rows of the tables, each by its rule. Throws Error
/// (invalid_input) for a row whose decision has no rule.
SettingsByName our_settings(const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host,
                            const Knowledge& knowledge);

/// The row of a variable for the engine of the layout; nullptr: no table has one.
const knowledge::Variable* find_variable(const Knowledge& knowledge, std::string_view engine, std::string_view name);

}  // namespace r1cluster::detail
