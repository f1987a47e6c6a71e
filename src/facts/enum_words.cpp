// SPDX-License-Identifier: Apache-2.0
#include "facts/enum_words.hpp"

#include <algorithm>
#include <array>

namespace r1cluster {
namespace {

using namespace std::literals;

// In the order of the enumerators.
constexpr std::array link_layers{""sv, "InfiniBand"sv, "Ethernet"sv};
constexpr std::array port_states{""sv, "NOP"sv, "DOWN"sv, "INIT"sv, "ARMED"sv, "ACTIVE"sv, "ACTIVE_DEFER"sv};
constexpr std::array roles{""sv, "compute"sv, "storage"sv, "management"sv, "storage or management"sv, "down"sv};
constexpr std::array pci_kinds{""sv, "gpu"sv, "nvswitch"sv, "network"sv, "nvme"sv, "bridge"sv, "switch"sv, "other"sv};
constexpr std::array nic_kinds{""sv,     "physical"sv, "virtual"sv,  "bond"sv,
                               "vlan"sv, "bridge"sv,   "loopback"sv, "infiniband"sv};
constexpr std::array fabric_states{""sv, "not supported"sv, "not started"sv, "in progress"sv, "completed"sv};

template <class Enum, std::size_t count>
Enum value_of(const std::array<std::string_view, count>& texts, std::string_view text) {
    const auto found = std::ranges::find(texts, text);
    return found == texts.end() ? Enum::unknown : static_cast<Enum>(found - texts.begin());
}

}  // namespace

std::string_view to_text(LinkLayer layer) { return link_layers.at(static_cast<std::size_t>(layer)); }
std::string_view to_text(HcaPortState state) { return port_states.at(static_cast<std::size_t>(state)); }
std::string_view to_text(HcaRole role) { return roles.at(static_cast<std::size_t>(role)); }
std::string_view to_text(PciKind kind) { return pci_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_text(NicKind kind) { return nic_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_text(FabricState state) { return fabric_states.at(static_cast<std::size_t>(state)); }

namespace detail {

LinkLayer link_layer_of(std::string_view text) { return value_of<LinkLayer>(link_layers, text); }
HcaPortState port_state_of(std::string_view text) { return value_of<HcaPortState>(port_states, text); }
PciKind pci_kind_of(std::string_view text) { return value_of<PciKind>(pci_kinds, text); }
FabricState fabric_state_of_number(int state) {
    const int known = static_cast<int>(fabric_states.size()) - 1;
    return state >= 0 && state < known ? static_cast<FabricState>(state + 1) : FabricState::unknown;
}
FabricState fabric_state_of(std::string_view text) { return value_of<FabricState>(fabric_states, text); }

}  // namespace detail
}  // namespace r1cluster
