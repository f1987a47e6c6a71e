// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "views/pci_groups.hpp"
#include "views/svg_canvas.hpp"

namespace r1cluster::detail {

namespace measures {
constexpr double box_width = 140, gap = 10, padding = 8, line = 14, caption_line = 12;
}

/// Fixed looks; the legend shows the same ones.
namespace looks {
constexpr Look gpu{"#dff3ea", "#00714f", 2, 2, ""};
constexpr Look infiniband{"#e2edfa", "#0b5cad", 2, 14, ""};
constexpr Look ethernet{"#fdf0d9", "#a86200", 2, 14, "7 3"};
constexpr Look down{"#f0f1f3", "#6e7781", 1.5, 14, "2 3"};
constexpr Look nic{"#ffffff", "#6e7781", 1.5, 14, ""};
constexpr Look other{"#f3f0f9", "#7a5ea8", 1, 0, ""};
constexpr Look problem{"#fde5e3", "#c62828", 3.5, 2, ""};
constexpr Look pci_switch{"#4a5568", "#4a5568", 1, 3, ""};
constexpr Look host_bridge{"#ffffff", "#4a5568", 1.5, 3, ""};
constexpr Look no_place{"#ffffff", "#8b949e", 1.5, 3, "4 3"};
constexpr Look cpu{"#1f2937", "#1f2937", 1, 4, ""};
constexpr Look panel{"#f6f7f9", "#c5cbd3", 1.2, 12, ""};
constexpr Look nvswitch{"#00714f", "#00714f", 2, 6, ""};
constexpr Look hidden_nvswitch{"#f2fbf7", "#00714f", 2, 6, "8 5"};
constexpr Look nvlink{"none", "#009e73", 6, 0, ""};
constexpr Look nvlink_problem{"none", "#c62828", 6, 0, "5 4"};
constexpr Look pci_link{"none", "#6b7685", 1.6, 0, ""};
constexpr std::string_view muted = "#4b5563", red = "#b3201b", white = "#ffffff";
}  // namespace looks

/// What the box of a device says.
struct DeviceBox {
    PlacedDevice device;
    Look look;
    Look kind_look;    ///< of the legend: without problems
    std::string kind;  ///< legend entry: "GPU", "InfiniBand HCA", ...
    std::string title;
    std::string badge;  ///< right of the title: "GDR"
    std::vector<std::string> lines;
    std::vector<std::string> caption;  ///< of its problems, in lines
    std::string tooltip;
    double height() const;
};

/// Boxes of a group's own devices, GPUs first. Disks, and other functions that nothing is known of by name, share a box
/// for each kind unless one has a problem; NVSwitches have none, they are drawn above all.
std::vector<DeviceBox> boxes_of(const Machine& machine, const std::vector<PlacedDevice>& devices);

/// Sentences of the problems of a device or bridge.
std::vector<std::string> problems_of(const Machine& machine, const PlacedDevice& device);

void draw_box(Canvas& canvas, const DeviceBox& box, const Rect& place);

}  // namespace r1cluster::detail
