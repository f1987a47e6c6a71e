// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One importer for each kind of document; see documents.hpp for what all of them promise.

#include <string>
#include <string_view>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

Machine parse_nccl_topology(std::string_view text, const std::string& source);
Machine parse_hwloc(std::string_view text, const std::string& source);
Machine parse_nvidia_smi(std::string_view text, const std::string& source);
Machine parse_lspci(std::string_view text, const std::string& source);
Machine parse_topo_matrix(std::string_view text, const std::string& source);

}  // namespace r1cluster::detail
