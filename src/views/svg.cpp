// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "r1cluster/views/views.hpp"
#include "views/judgement.hpp"
#include "views/svg_nvlinks.hpp"
#include "views/words.hpp"

namespace r1cluster {
namespace {

using namespace detail;

constexpr double margin = 24, inset = 14, between = 12, cpu_height = 38, cpu_gap = 22;
constexpr double least_width = 900, usual_width = 1400, least_panel = 2 * measures::box_width + 4 * measures::gap;
constexpr std::size_t most_problems = 10;
constexpr int no_node = 1 << 30;

/// A NUMA node with what is attached to it: GPUs with their switches above the bar of the CPU, the rest below.
struct Panel {
    int node = no_node;
    std::vector<GroupBox> above, below;
    std::vector<std::vector<std::size_t>> rows;  ///< of `below`
    double above_width = 0, above_height = 0, width = least_panel;
    double below_height() const {
        double height = 0;
        for (const auto& row : rows) height += cpu_gap + row_height(row);
        return height;
    }
    double row_height(const std::vector<std::size_t>& row) const {
        double height = 0;
        for (const std::size_t i : row) height = std::max(height, below[i].size.height);
        return height;
    }
    double height() const {
        return inset + (above.empty() ? 0 : above_height + cpu_gap) + cpu_height + below_height() + inset;
    }
};

bool has_gpu(const PciGroup& group) {
    const auto devices = all_devices(group);
    return std::any_of(devices.begin(), devices.end(),
                       [](const PlacedDevice& device) { return device.gpu != nullptr; });
}

std::vector<Panel> panels_of(const GroupContext& context) {
    std::map<int, Panel> panels;
    std::map<int, std::vector<PciGroup>> without_gpu;
    for (const NumaNode& node : context.machine.numa_nodes) panels[node.id].node = node.id;
    for (const PciGroup& group : pci_groups(context.machine)) {
        if (boxes_of(context.machine, all_devices(group)).empty()) continue;  // NVSwitches alone
        const int node = numa_node(group).value_or(no_node);
        Panel& panel = panels[node];
        panel.node = node;
        if (has_gpu(group)) {
            panel.above.push_back(standing_group(context, group));
            const Rect& size = panel.above.back().size;
            panel.above_width += size.width + (panel.above.size() > 1 ? between : 0);
            panel.above_height = std::max(panel.above_height, size.height);
        } else if (group.bridge || group.root.empty() || without_gpu[node].empty() ||
                   without_gpu[node].front().bridge) {
            auto& groups = without_gpu[node];
            // Host bridges first: the next ones join the first.
            groups.insert(group.bridge || group.root.empty() ? groups.end() : groups.begin(), group);
        } else {
            PciGroup& first = without_gpu[node].front();
            first.root = "several host bridges";
            first.devices.insert(first.devices.end(), group.devices.begin(), group.devices.end());
            first.groups.insert(first.groups.end(), group.groups.begin(), group.groups.end());
        }
    }
    std::vector<Panel> found;
    for (auto& [node, panel] : panels) {
        // Where the firmware does not say what is near which node, empty nodes say nothing.
        if (panels.count(no_node) && panel.above.empty() && without_gpu[node].empty()) continue;
        panel.width = std::max(panel.above_width + 2 * inset, least_panel);
        const double room = std::max(panel.width, panel.above.empty() ? usual_width / 2 : panel.width) - 2 * inset;
        double used = 0;
        for (const PciGroup& group : without_gpu[node]) {
            panel.below.push_back(hanging_group(context, group, room));
            const double width = panel.below.back().size.width;
            if (panel.rows.empty() || used + between + width > room) {
                panel.rows.emplace_back();
                used = -between;
            }
            used += between + width;
            panel.rows.back().push_back(panel.below.size() - 1);
            panel.width = std::max(panel.width, used + 2 * inset);
        }
        found.push_back(std::move(panel));
    }
    return found;
}

void draw_cpu(GroupContext& context, const Panel& panel, const Rect& bar) {
    const Machine& machine = context.machine;
    context.canvas.rect(Canvas::front, "cpu", bar, looks::cpu, machine.cpu.model);
    std::vector<std::string> parts{machine.cpu.model.empty() ? "CPU not seen" : machine.cpu.model};
    if (panel.node == no_node && !machine.numa_nodes.empty()) {
        parts.push_back(plural(machine.numa_nodes.size(), "NUMA node"));
        if (machine.memory_bytes) parts.push_back(short_bytes(*machine.memory_bytes));
    }
    for (const NumaNode& node : machine.numa_nodes) {
        if (node.id != panel.node) continue;
        if (!node.cpus.empty()) parts.push_back("CPUs " + node.cpus);
        if (node.memory_bytes) {
            // As the kernel says, which may leave out most of the machine's memory.
            const bool is_part = memory_in_nodes(machine).has_value();
            parts.push_back(short_bytes(*node.memory_bytes) +
                            (is_part ? " of the machine's " + short_bytes(*machine.memory_bytes) : ""));
        }
    }
    const std::string title =
        panel.node == no_node ? "NUMA node of these devices not known" : fmt::format("NUMA node {}", panel.node);
    context.canvas.text(bar.x + 10, bar.y + 16, bar.width - 20, title, {12, true, looks::white});
    context.canvas.text(bar.x + 10, bar.y + 31, bar.width - 20, joined(parts, " · "), {10.5, false, "#d7dde5"});
}

void wire(GroupContext& context, double x1, double y1, double x2, double y2) {
    context.canvas.line("pci", x1, y1, x2, y2, looks::pci_link);
}

void draw_panel(GroupContext& context, const Panel& panel, const Rect& place, double above_height) {
    context.canvas.rect(Canvas::back, "panel", place, looks::panel);
    const double cpu_y = place.y + inset + (above_height > 0 ? above_height + cpu_gap : 0);
    double x = place.x + (place.width - panel.above_width) / 2;
    for (const GroupBox& box : panel.above) {
        const Rect bar = draw_group(context, box, x, place.y + inset);
        wire(context, x + 3, bar.y + bar.height / 2, bar.x, bar.y + bar.height / 2);
        wire(context, x + 3, bar.y + bar.height / 2, x + 3, cpu_y);
        x += box.size.width + between;
    }
    const Rect cpu{place.x + inset, cpu_y, place.width - 2 * inset, cpu_height};
    draw_cpu(context, panel, cpu);
    double y = cpu.bottom() + cpu_gap;
    for (const auto& row : panel.rows) {
        const bool is_first = y == cpu.bottom() + cpu_gap;
        // A later row is wired along the edge of the panel: what stands above it would be in the way.
        const double edge = place.x + inset / 2, above = y - cpu_gap / 2;
        if (!is_first) {
            wire(context, edge, cpu.y + cpu.height / 2, cpu.x, cpu.y + cpu.height / 2);
            wire(context, edge, cpu.y + cpu.height / 2, edge, above);
        }
        x = place.x + inset;
        for (const std::size_t i : row) {
            const GroupBox& box = panel.below[i];
            const Rect bar = draw_group(context, box, x, y);
            wire(context, x + 3, is_first ? cpu.bottom() : above, x + 3, bar.y + bar.height / 2);
            wire(context, x + 3, bar.y + bar.height / 2, bar.x, bar.y + bar.height / 2);
            if (!is_first) wire(context, edge, above, x + 3, above);
            x += box.size.width + between;
        }
        y += panel.row_height(row) + cpu_gap;
    }
}

/// Panels left to right in rows of at most `width`; those with GPUs all in the first row, under one NVSwitch.
std::vector<std::vector<const Panel*>> rows_of(const std::vector<Panel>& panels, double& width) {
    std::vector<std::vector<const Panel*>> rows;
    double used = 0;
    for (const Panel& panel : panels) {
        if (panel.above.empty()) continue;
        if (rows.empty()) rows.emplace_back();
        rows.front().push_back(&panel);
        used += (used > 0 ? between : 0) + panel.width;
    }
    width = std::max(width, used + 2 * margin);
    const double room = std::max(width, usual_width) - 2 * margin;
    bool is_open = false;
    for (const Panel& panel : panels) {
        if (!panel.above.empty()) continue;
        if (!is_open || used + between + panel.width > room) {
            rows.emplace_back();
            used = -between;
            is_open = true;
        }
        rows.back().push_back(&panel);
        used += between + panel.width;
        width = std::max(width, used + 2 * margin);
    }
    return rows;
}

double draw_title(Canvas& canvas, const Machine& machine, double width) {
    const Font host{21, true}, text{13, false, looks::muted};
    double y = margin + 18;
    canvas.text(margin, y, width - 2 * margin, machine.host.empty() ? "this machine" : machine.host, host);
    y += 4;
    for (const std::string& line : wrapped_to(judgement(machine), width - 2 * margin, text, 4)) {
        canvas.text(margin, y += 18, width - 2 * margin, line, text);
    }
    return y + 16;
}

double draw_problems(Canvas& canvas, const Machine& machine, double width, double y) {
    if (machine.problems.empty()) return y;
    const Font font{11.5, false, looks::red};
    std::vector<std::string> lines;
    for (const Problem& problem : machine.problems) {
        if (lines.size() >= most_problems) break;
        const std::string text =
            problem.subject + ": " + problem.because + (problem.remedy.empty() ? "" : " → " + problem.remedy);
        for (const std::string& line : wrapped_to(text, width - 2 * margin - 2 * inset, font, 3)) lines.push_back(line);
    }
    const Rect place{margin, y, width - 2 * margin, 30 + 16 * static_cast<double>(lines.size()) + 6};
    canvas.rect(Canvas::back, "panel", place, {looks::problem.fill, looks::problem.stroke, 1.5, 8, ""});
    canvas.text(place.x + inset, y + 20, place.width - 2 * inset, plural(machine.problems.size(), "problem"),
                {13, true, looks::red});
    y += 22;
    for (const std::string& line : lines) canvas.text(place.x + inset, y += 16, place.width - 2 * inset, line, font);
    return place.bottom() + between;
}

double draw_legend(GroupContext& context, double width, double y) {
    const Font font{11, false, looks::muted};
    std::vector<std::pair<std::string, Look>> entries;
    for (const char* kind :
         {"GPU", "NVLink", "NVSwitch", "PCIe switch", "host bridge", "PCIe place not known", "InfiniBand HCA",
          "Ethernet HCA (RoCE)", "HCA", "HCA without a link", "network interface", "disk or other device"}) {
        if (const auto found = context.legend.find(kind); found != context.legend.end()) entries.push_back(*found);
    }
    const bool has_gdr = std::any_of(context.machine.gpus.begin(), context.machine.gpus.end(), [](const Gpu& gpu) {
        return std::any_of(gpu.hcas.begin(), gpu.hcas.end(),
                           [](const NearHca& near) { return near.uses_gpudirect.value_or(false); });
    });
    if (has_gdr)
        entries.emplace_back("GDR: NCCL would use GPUDirect RDMA", Look{looks::infiniband.stroke, "none", 0, 7, ""});
    if (!context.machine.problems.empty()) entries.emplace_back("problem", looks::problem);
    double x = margin;
    for (auto& [text, look] : entries) {
        const double needed = 30 + text_width(text, font) + 10;
        if (x + needed > width - margin && x > margin) {
            x = margin;
            y += 22;
        }
        if (look.fill == "none")
            context.canvas.rect(Canvas::front, "legend", {x, y + 5, 24, 6}, {look.stroke, "none", 0, 0, ""});
        else {
            look.radius = std::min(look.radius, 7.0);
            context.canvas.rect(Canvas::front, "legend", {x, y, 24, 15}, look);
        }
        context.canvas.text(x + 30, y + 12, needed - 30, text, font);
        x += needed;
    }
    return entries.empty() ? y : y + 22;
}

}  // namespace

std::string to_svg(const Machine& machine) {
    Canvas canvas;
    GroupContext context{machine, canvas, 0, {}, {}};
    for (const Gpu& gpu : machine.gpus) {
        const PlacedDevice device{gpu.pci_address, nullptr, &gpu, nullptr, nullptr};
        context.gpu_height = std::max(context.gpu_height, boxes_of(machine, {device}).front().height());
    }
    const std::vector<Panel> panels = panels_of(context);
    double width = least_width;
    const auto rows = rows_of(panels, width);
    double y = draw_problems(canvas, machine, width, draw_title(canvas, machine, width));
    const NvLinks links = nvlinks_of(machine);
    const double links_y = y;
    y += nvlinks_height(links);
    for (const auto& row : rows) {
        double used = -between, height = 0, above_height = 0, below_height = 0;
        for (const Panel* panel : row) {
            used += between + panel->width;
            above_height = std::max(above_height, panel->above.empty() ? 0 : panel->above_height);
            below_height = std::max(below_height, panel->below_height());
        }
        height = inset + (above_height > 0 ? above_height + cpu_gap : 0) + cpu_height + below_height + inset;
        // What is left of the width is shared, so that panels end where the title does.
        const double more = (width - 2 * margin - used) / static_cast<double>(row.size());
        double x = margin;
        for (const Panel* panel : row) {
            draw_panel(context, *panel, {x, y, panel->width + more, height}, above_height);
            x += panel->width + more + between;
        }
        y += height + between;
    }
    draw_nvlinks(context, links, margin, width - margin, links_y);
    y = draw_legend(context, width, y + 4);
    return canvas.svg(width, y + margin / 2, machine.host + ": " + judgement(machine));
}

}  // namespace r1cluster
