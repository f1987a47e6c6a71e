// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "views/nvlinks.hpp"
#include "views/svg_groups.hpp"

namespace r1cluster::detail {

/// Room above the panels for the NVSwitch and for curves between GPUs.
double nvlinks_height(const NvLinks& links);

/// The bar of the NVSwitches from `left` to `right` and its lines down to the GPUs, and curves between pairs of GPUs.
void draw_nvlinks(GroupContext& context, const NvLinks& links, double left, double right, double y);

}  // namespace r1cluster::detail
