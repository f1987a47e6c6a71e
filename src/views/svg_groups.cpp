// SPDX-License-Identifier: Apache-2.0
#include "views/svg_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

using measures::box_width, measures::gap;

constexpr double lane = 8;   // left of a group: the wire from its bar to what is above it in the tree
constexpr double twig = 10;  // left of a box that hangs: the wire along its column
constexpr double stem = 20;  // between a bar and what stands on it
constexpr std::size_t most_rows = 8;

double columns_width(std::size_t count, double each) {
    return count == 0 ? 0 : static_cast<double>(count) * (each + gap) - gap;
}

void name_bar(const GroupContext& context, GroupBox& box) {
    const PciDevice* bridge = box.group.bridge;
    if (bridge) {
        box.kind = "PCIe switch";
        box.look = looks::pci_switch;
        box.title = "switch " + bridge->address;
        box.detail = link_text(bridge->link, false);
        if (!box.detail.empty()) box.detail = "uplink " + box.detail;
        box.tooltip = bridge->name;
        box.kind_look = box.look;
        for (const Problem& problem : context.machine.problems) {
            if (!is_about(problem.subject, bridge->address)) continue;
            box.look = looks::problem;
            box.tooltip += (box.tooltip.empty() ? "" : "; ") + problem.because;
        }
    } else if (!box.group.root.empty()) {
        box.kind = "host bridge";
        box.look = box.kind_look = looks::host_bridge;
        const bool is_one = box.group.root.starts_with("pci");
        box.title = is_one ? "host bridge" : box.group.root;
        if (is_one) box.detail = box.group.root;
    } else {
        box.kind = "PCIe place not known";
        box.look = box.kind_look = looks::no_place;
        box.title = "PCIe place not known";
    }
}

/// Heights of the rows of what hangs, each as high as its highest box.
std::vector<double> row_heights(const GroupBox& box) {
    std::vector<double> heights;
    for (std::size_t i = 0; i < box.hanging.size(); ++i) {
        if (i % box.columns == 0) heights.push_back(0);
        heights.back() = std::max(heights.back(), box.hanging[i].height());
    }
    return heights;
}

void measure(GroupBox& box, double standing_width, double standing_height, std::size_t columns) {
    box.columns = std::max<std::size_t>(1, columns);
    const double hanging_width = columns_width(std::min(box.columns, box.hanging.size()), box_width + twig);
    box.size.width = lane + std::max({standing_width, hanging_width, box_width + twig});
    box.size.height = standing_height + bar_height;
    for (const double height : row_heights(box)) box.size.height += gap + height;
}

void draw_bar(GroupContext& context, const GroupBox& box, const Rect& bar) {
    context.legend.emplace(box.kind, box.kind_look);
    context.canvas.rect(Canvas::front, "bar", bar, box.look, box.tooltip);
    const bool is_dark = box.look.fill == looks::pci_switch.fill;
    const std::string_view colour = is_dark ? looks::white : std::string_view("#1f2328");
    const double room = bar.width - 12;
    const double y = bar.y + (box.detail.empty() ? 20 : 14);
    context.canvas.text(bar.x + 6, y, room, box.title, {10.5, true, colour});
    if (!box.detail.empty()) context.canvas.text(bar.x + 6, bar.y + 26, room, box.detail, {9.5, false, colour});
}

void draw_hanging(GroupContext& context, const GroupBox& box, const Rect& bar) {
    const std::vector<double> heights = row_heights(box);
    std::vector<double> ends(box.columns, bar.bottom());
    double y = bar.bottom() + gap;
    for (std::size_t i = 0; i < box.hanging.size(); ++i) {
        const std::size_t column = i % box.columns;
        if (i > 0 && column == 0) y += heights[i / box.columns - 1] + gap;
        const double x = bar.x + static_cast<double>(column) * (box_width + twig + gap);
        const Rect place{x + twig, y, box_width, box.hanging[i].height()};
        context.legend.emplace(box.hanging[i].kind, box.hanging[i].kind_look);
        ends[column] = y + 14;
        context.canvas.line("pci", x + 4, ends[column], place.x, ends[column], looks::pci_link);
        draw_box(context.canvas, box.hanging[i], place);
    }
    for (std::size_t column = 0; column < box.columns; ++column) {
        const double x = bar.x + static_cast<double>(column) * (box_width + twig + gap) + 4;
        if (ends[column] > bar.bottom()) context.canvas.line("pci", x, bar.bottom(), x, ends[column], looks::pci_link);
    }
}

}  // namespace

GroupBox standing_group(const GroupContext& context, const PciGroup& group) {
    GroupBox box;
    box.group = group;
    name_bar(context, box);
    for (DeviceBox& device : boxes_of(context.machine, group.devices)) {
        (device.device.gpu ? box.standing : box.hanging).push_back(std::move(device));
    }
    double width = 0, height = box.standing.empty() ? 0 : context.gpu_height + stem;
    for (const PciGroup& inner : group.groups) {
        box.inner.push_back(standing_group(context, inner));
        width += box.inner.back().size.width + gap;
        height = std::max(height, box.inner.back().size.height + stem);
    }
    width += static_cast<double>(box.standing.size()) * (box_width + twig + gap) - gap;
    const auto fitting = static_cast<std::size_t>(std::max(1.0, std::floor((width + gap) / (box_width + twig + gap))));
    measure(box, width, height, std::max(fitting, (box.hanging.size() + most_rows - 1) / most_rows));
    return box;
}

GroupBox hanging_group(const GroupContext& context, const PciGroup& group, double width) {
    GroupBox box;
    box.group = group;
    name_bar(context, box);
    box.hanging = boxes_of(context.machine, all_devices(group));
    const auto fitting =
        static_cast<std::size_t>(std::max(1.0, std::floor((width - lane + gap) / (box_width + twig + gap))));
    measure(box, 0, 0, std::min(fitting, box.hanging.size()));
    return box;
}

Rect draw_group(GroupContext& context, const GroupBox& box, double x, double y) {
    double height = box.standing.empty() ? 0 : context.gpu_height + stem;
    for (const GroupBox& inner : box.inner) height = std::max(height, inner.size.height + stem);
    const Rect bar{x + lane, y + height, box.size.width - lane, bar_height};
    double left = bar.x;
    for (const DeviceBox& gpu : box.standing) {
        const Rect place{left + twig / 2, y, box_width, context.gpu_height};
        context.gpus[gpu.device.gpu] = place;
        context.legend.emplace("GPU", looks::gpu);
        draw_box(context.canvas, gpu, place);
        context.canvas.line("pci", place.middle(), place.bottom(), place.middle(), bar.y, looks::pci_link);
        const PciLink& link =
            gpu.device.pci && gpu.device.pci->link.max_width ? gpu.device.pci->link : gpu.device.gpu->link;
        context.canvas.text(place.middle() + 5, place.bottom() + 14, box_width / 2 + 6, link_text(link, true),
                            {9.5, false, looks::muted});
        left += box_width + twig + gap;
    }
    for (const GroupBox& inner : box.inner) {
        const Rect below = draw_group(context, inner, left, y);
        context.canvas.line("pci", left + 3, below.y + 16, left + 3, bar.y, looks::pci_link);
        context.canvas.line("pci", left + 3, below.y + 16, below.x, below.y + 16, looks::pci_link);
        left += inner.size.width + gap;
    }
    draw_bar(context, box, bar);
    draw_hanging(context, box, bar);
    return bar;
}

}  // namespace r1cluster::detail
