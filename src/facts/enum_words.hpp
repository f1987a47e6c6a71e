// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// The enumerator of a text; unknown for any other. The texts of HCAs are those of sysfs: "InfiniBand", "ACTIVE".
LinkLayer link_layer_of(std::string_view text);
HcaPortState port_state_of(std::string_view text);
PciKind pci_kind_of(std::string_view text);
/// Of a word of `nvidia-smi topo -m`: "NV18" is nvl, "NODE" is phb.
NcclPath nccl_path_of(std::string_view topo_word);
NvLinkEnd link_end_of_number(int type);        ///< nvmlIntNvLinkDeviceType_t
PeerAccess peer_access_of_number(int status);  ///< nvmlGpuP2PStatus_t
/// Of the words of nvidia-smi: "Completed" in lower case.
FabricState fabric_state_of(std::string_view text);
FabricState fabric_state_of_number(int state);  ///< NVML_GPU_FABRIC_STATE_*

}  // namespace r1cluster::detail
