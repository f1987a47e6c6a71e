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
constexpr std::array nccl_paths{""sv, "NVL"sv, "NVB"sv, "C2C"sv, "PIX"sv, "PXB"sv, "P2C"sv, "PHB"sv, "SYS"sv};
constexpr std::array link_ends{""sv, "gpu"sv, "cpu"sv, "switch"sv};
constexpr std::array peer_accesses{""sv,
                                   "ok"sv,
                                   "chipset not supported"sv,
                                   "GPU not supported"sv,
                                   "IOH topology not supported"sv,
                                   "disabled by regkey"sv,
                                   "not supported"sv,
                                   "unknown"sv};
constexpr std::array fabric_states{""sv, "not supported"sv, "not started"sv, "in progress"sv, "completed"sv};

template <class Enum, std::size_t count>
Enum value_of(const std::array<std::string_view, count>& texts, std::string_view text) {
    const auto found = std::ranges::find(texts, text);
    return found == texts.end() ? Enum::unknown : static_cast<Enum>(found - texts.begin());
}

/// The enumerator of a number of NVML, which counts from 0 without one for "unknown".
template <class Enum, std::size_t count>
Enum value_of_number(const std::array<std::string_view, count>&, int number) {
    return number >= 0 && number < static_cast<int>(count) - 1 ? static_cast<Enum>(number + 1) : Enum::unknown;
}

}  // namespace

std::string_view to_text(LinkLayer layer) { return link_layers.at(static_cast<std::size_t>(layer)); }
std::string_view to_text(HcaPortState state) { return port_states.at(static_cast<std::size_t>(state)); }
std::string_view to_text(HcaRole role) { return roles.at(static_cast<std::size_t>(role)); }
std::string_view to_text(PciKind kind) { return pci_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_text(NicKind kind) { return nic_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_text(NcclPath path) { return nccl_paths.at(static_cast<std::size_t>(path)); }
std::string_view to_text(NvLinkEnd end) { return link_ends.at(static_cast<std::size_t>(end)); }
std::string_view to_text(PeerAccess access) { return peer_accesses.at(static_cast<std::size_t>(access)); }
std::string_view to_text(FabricState state) { return fabric_states.at(static_cast<std::size_t>(state)); }

namespace detail {

LinkLayer link_layer_of(std::string_view text) { return value_of<LinkLayer>(link_layers, text); }
HcaPortState port_state_of(std::string_view text) { return value_of<HcaPortState>(port_states, text); }
PciKind pci_kind_of(std::string_view text) { return value_of<PciKind>(pci_kinds, text); }
NcclPath nccl_path_of(std::string_view topo_word) {
    if (topo_word.starts_with("NV")) return NcclPath::nvl;
    return topo_word == "NODE" ? NcclPath::phb : value_of<NcclPath>(nccl_paths, topo_word);
}
NvLinkEnd link_end_of_number(int type) { return value_of_number<NvLinkEnd>(link_ends, type); }
PeerAccess peer_access_of_number(int status) { return value_of_number<PeerAccess>(peer_accesses, status); }
FabricState fabric_state_of_number(int state) { return value_of_number<FabricState>(fabric_states, state); }
FabricState fabric_state_of(std::string_view text) { return value_of<FabricState>(fabric_states, text); }

}  // namespace detail
}  // namespace r1cluster
