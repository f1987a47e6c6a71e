// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/host_network.hpp"
#include "engine/definition.hpp"
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

    bool is_on_gpus() const;
};

/// What is wrong with a value that the user gives a variable.
struct Objection {
    Severity severity = Severity::warning;
    std::string why;
};

/// The decision of a row of the table of variables, by the name that the row gives.
struct SettingRule {
    std::string_view decision;
    /// nullopt: nothing is to be said of the variable on this host.
    std::optional<VariableChoice> (*choose)(const knowledge::Variable& row, const HostInLayout& host) = nullptr;
    /// Of a value of the user. nullopt: it can work here, or that could not be seen. nullptr: any value can.
    std::optional<Objection> (*judge)(const std::string& value, const HostInLayout& host) = nullptr;
};

/// nullptr: no rule of any engine has this name.
const SettingRule* find_rule(std::string_view decision);

}  // namespace r1cluster::detail
