// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "views/svg_devices.hpp"

namespace r1cluster::detail {

/// A PCI group with the sizes of all that it draws. GPUs and inner groups stand on its bar, the rest hangs below.
struct GroupBox {
    PciGroup group;
    std::string title, detail;  ///< of the bar: "switch 0000:16:00.0", "uplink Gen5 x16"
    Look look, kind_look;       ///< kind_look: of the legend, without problems
    std::string kind;           ///< legend entry of the bar
    std::string tooltip;
    std::vector<DeviceBox> standing;  ///< GPUs
    std::vector<GroupBox> inner;
    std::vector<DeviceBox> hanging;
    std::size_t columns = 1;  ///< of what hangs
    Rect size;                ///< width and height only
};

/// What all groups of one picture share, and what drawing them finds out.
struct GroupContext {
    const Machine& machine;
    Canvas& canvas;
    double gpu_height = 0;
    std::map<const Gpu*, Rect> gpus;          ///< where they came to stand
    std::map<std::string, Look> legend = {};  ///< kinds that occur
};

constexpr double bar_height = 32;

/// A group that has GPUs.
GroupBox standing_group(const GroupContext& context, const PciGroup& group);
/// A group without GPUs, not wider than `width`; groups inside it are drawn as one with it.
GroupBox hanging_group(const GroupContext& context, const PciGroup& group, double width);

/// Draws it and returns its bar.
Rect draw_group(GroupContext& context, const GroupBox& box, double x, double y);

}  // namespace r1cluster::detail
