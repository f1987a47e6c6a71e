// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

/// An engine by its name in the spec. The list stands below the spec's room, so that validated() can look a name up;
/// src/engine/registry has what each engine does.
struct EngineName {
    std::string_view name;   ///< in the spec
    std::string_view title;  ///< in messages
    bool can_be_launched = false;
    bool has_rendezvous_on_one_host = false;  ///< binds the port of the rendezvous even there
    int ports_of_copies = 0;                  ///< behind the rendezvous, in every release, where there are copies
    bool answers_on_every_host = false;       ///< behind the head at 127.0.0.1, one port further on each host
};

std::span<const EngineName> engine_names();
/// nullptr: no such engine.
const EngineName* find_engine_name(std::string_view name);
/// The engines that plan_launch() has a command line for; the first is the default of the spec.
std::vector<std::string_view> launchable_engines();

}  // namespace r1cluster::detail
