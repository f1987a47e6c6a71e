// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "r1cluster/facts/hca.hpp"

namespace r1cluster::detail {

/// Of the words in sysfs: "InfiniBand", "ACTIVE". Unknown for any other.
LinkLayer link_layer_of(std::string_view text);
HcaPortState port_state_of(std::string_view text);

}  // namespace r1cluster::detail
