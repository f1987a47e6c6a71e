// SPDX-License-Identifier: Apache-2.0
#include "views/svg_nvlinks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr double switch_height = 34, lines_room = 34;
constexpr std::size_t most_labels = 6;  // more curves than that have numbers only

double arc_height(const NvLinkBundle& pair) {
    return std::min(30.0 + 22.0 * static_cast<double>(pair.to - pair.from), 190.0);
}

bool is_pair(const NvLinkBundle& bundle) { return bundle.from != bundle.to; }

bool is_broken(const Machine& machine, const NvLinkBundle& bundle) {
    // Links that a machine does not wire are down in every GPU; those of one GPU alone are a problem that facts name.
    if (bundle.active == bundle.count) return false;
    for (const std::size_t place : {bundle.from, bundle.to}) {
        const Gpu& gpu = machine.gpus[place];
        for (const Problem& problem : machine.problems) {
            if (is_about(problem.subject, r1cluster::device_name(gpu)) && problem.id.starts_with("nvlink."))
                return true;
        }
    }
    return false;
}

std::string count_text(const Gpu& gpu, const NvLinkBundle& bundle, bool is_short) {
    std::string text = bundle.active == bundle.count ? std::to_string(bundle.active)
                                                     : fmt::format("{} of {}", bundle.active, bundle.count);
    if (is_short) return text;
    const std::string generation = gpu.nvlinks.empty() ? "" : nvlink_generation(gpu.nvlinks.front());
    return text + " x NVLink" + (generation.empty() ? "" : " " + generation);
}

void draw_switches(GroupContext& context, const NvLinks& links, const Rect& bar) {
    const Machine& machine = context.machine;
    std::vector<std::string> problems;
    for (const std::string& address : links.switches) {
        for (const Problem& problem : machine.problems) {
            if (is_about(problem.subject, address)) problems.push_back(problem.because);
        }
    }
    const bool is_hidden = links.switches.empty();
    Look look = is_hidden ? looks::hidden_nvswitch : looks::nvswitch;
    if (!problems.empty()) look = looks::problem;
    const std::string title =
        is_hidden ? (machine.pci_devices.empty() ? "NVSwitch (not seen)" : "NVSwitch (hidden from this machine)")
                  : fmt::format("{} x NVSwitch", links.switches.size());
    const std::string_view colour = look.fill == looks::nvswitch.fill ? looks::white
                                    : problems.empty()                ? looks::nvswitch.fill
                                                                      : looks::red;
    context.legend.emplace("NVSwitch", is_hidden ? looks::hidden_nvswitch : looks::nvswitch);
    context.canvas.rect(Canvas::front, "nvswitch", bar, look, joined(links.switches));
    context.canvas.text(bar.middle(), bar.y + 22, bar.width - 20,
                        problems.empty() ? title : title + ": " + joined(problems, "; "), {13, true, colour, "middle"});
}

}  // namespace

double nvlinks_height(const NvLinks& links) {
    double height = links.has_switch ? switch_height + lines_room : 0;
    double arcs = 0;
    for (const NvLinkBundle& bundle : links.bundles) {
        if (is_pair(bundle)) arcs = std::max(arcs, arc_height(bundle));
    }
    return height + arcs;
}

void draw_nvlinks(GroupContext& context, const NvLinks& links, double left, double right, double y) {
    const Machine& machine = context.machine;
    const Rect bar{left, y, right - left, switch_height};
    if (links.has_switch) draw_switches(context, links, bar);
    const auto pairs = static_cast<std::size_t>(std::count_if(links.bundles.begin(), links.bundles.end(), is_pair));
    for (const NvLinkBundle& bundle : links.bundles) {
        const Rect from = context.gpus[&machine.gpus[bundle.from]];
        const Rect to = context.gpus[&machine.gpus[bundle.to]];
        const bool is_bad = is_broken(machine, bundle);
        Look look = is_bad ? looks::nvlink_problem : looks::nvlink;
        context.legend.emplace("NVLink", looks::nvlink);
        const Font font{10, true, is_bad ? looks::red : looks::gpu.stroke};
        const std::string label =
            count_text(machine.gpus[bundle.from], bundle, is_bad || (is_pair(bundle) && pairs > most_labels));
        if (!is_pair(bundle)) {
            context.canvas.line("nvlink", from.middle(), bar.bottom(), from.middle(), from.y, look);
            context.canvas.text(from.middle() + 8, bar.bottom() + 17, from.width / 2 + 20, label, font);
            continue;
        }
        look.stroke_width = std::min(2.0 + bundle.active, 8.0);
        const double x1 = from.middle() + (to.x > from.x ? 12 : -12), x2 = to.middle() - (to.x > from.x ? 12 : -12);
        // A cubic curve rises to three quarters of its control points.
        const double top = from.y - arc_height(bundle);
        const double control = from.y - arc_height(bundle) / 0.75;
        context.canvas.path("nvlink",
                            fmt::format("M{:.1f},{:.1f} C{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}", x1, from.y, x1,
                                        control, x2, control, x2, to.y),
                            look,
                            fmt::format("{} to {}: {}", r1cluster::device_name(machine.gpus[bundle.from]),
                                        r1cluster::device_name(machine.gpus[bundle.to]), label));
        const double width = text_width(label, font) + 8;
        const double middle = (x1 + x2) / 2;
        context.canvas.rect(Canvas::front, "label", {middle - width / 2, top - 8, width, 16},
                            {looks::white, look.stroke, 1, 8, ""});
        context.canvas.text(middle, top + 3.5, width, label, {10, true, font.fill, "middle"});
    }
}

}  // namespace r1cluster::detail
