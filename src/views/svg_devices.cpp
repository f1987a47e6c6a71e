// SPDX-License-Identifier: Apache-2.0
#include "views/svg_devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr Font title_font{12, true}, line_font{10.5, false, looks::muted}, caption_font{10, true, looks::red};
constexpr std::size_t most_nics = 12;  // a switch that is cut into virtual ones has hundreds
constexpr double text_room = measures::box_width - 2 * measures::padding;

/// "H100 80GB HBM3": the vendor is said once, in the title.
std::string short_name(std::string name) {
    for (const std::string_view vendor : {"NVIDIA ", "Tesla "}) {
        if (name.starts_with(vendor)) name.erase(0, vendor.size());
    }
    return name.empty() ? "model not known" : name;
}

bool has_gpudirect(const Machine& machine, const Hca& hca) {
    for (const Gpu& gpu : machine.gpus) {
        for (const NearHca& near : gpu.hcas) {
            if (near.hca == device_name(hca) && near.uses_gpudirect.value_or(false)) return true;
        }
    }
    return false;
}

void describe_gpu(const Gpu& gpu, DeviceBox& box) {
    box.kind = "GPU";
    box.look = looks::gpu;
    box.title = fmt::format("GPU {}", gpu.nvml_index);
    box.badge = gpu.is_mig_enabled.value_or(false) ? "MIG" : "";
    box.lines = {short_name(gpu.name), gpu.memory_bytes ? short_bytes(*gpu.memory_bytes) : "memory unknown",
                 gpu.pci_address.empty() ? "address not known" : gpu.pci_address};
}

void describe_hca(const Machine& machine, const Hca& hca, const PciDevice* pci, DeviceBox& box) {
    const HcaPort* port = main_port(hca);
    const bool is_down = !port || port->state == HcaPortState::down || hca.role == HcaRole::down;
    const bool is_ethernet = port && port->link_layer == LinkLayer::ethernet;
    box.kind = is_down                                     ? "HCA without a link"
               : is_ethernet                               ? "Ethernet HCA (RoCE)"
               : port->link_layer == LinkLayer::infiniband ? "InfiniBand HCA"
                                                           : "HCA";
    box.look = is_down ? looks::down : is_ethernet ? looks::ethernet : looks::infiniband;
    box.title = device_name(hca);
    box.badge = has_gpudirect(machine, hca) ? "GDR" : "";
    if (port) box.lines.push_back(fmt::format("{} {}", rate_text(port->rate_gbps), layer_text(port->link_layer)));
    std::vector<std::string> states;
    if (port && port->state != HcaPortState::unknown) states.emplace_back(to_text(port->state));
    if (hca.role != HcaRole::unknown && hca.role != HcaRole::down) states.emplace_back(to_text(hca.role));
    if (hca.ports.size() > 1) states.push_back(plural(hca.ports.size(), "port"));
    if (!hca.is_usable.value_or(true)) states.push_back("not usable");
    box.lines.push_back(states.empty() ? "state not known" : joined(states, " · "));
    const std::string link = pci ? link_text(pci->link, false) : "";
    if (!link.empty()) box.lines.push_back("PCIe " + link);
}

void describe_nic(const Nic& nic, DeviceBox& box) {
    box.kind = "network interface";
    box.look = nic.is_up.value_or(true) ? looks::nic : looks::down;
    box.title = nic.name;
    std::optional<double> gbps;
    if (nic.speed_mbps && *nic.speed_mbps > 0) gbps = static_cast<double>(*nic.speed_mbps) / 1000;
    box.lines.push_back((gbps ? rate_text(gbps) + ", " : "") + state_of(nic));
}

/// What functions without a name of their own are called together.
std::pair<std::string, std::string> kind_words(const PlacedDevice& device) {
    if (device.nic) return {"interface", "interfaces"};
    const PciKind kind = device.pci ? device.pci->kind : PciKind::other;
    if (kind == PciKind::nvme) return {"NVMe disk", "NVMe disks"};
    if (kind == PciKind::network && device.pci->class_code.starts_with("0x0207"))
        return {"InfiniBand card", "InfiniBand cards"};
    if (kind == PciKind::network) return {"network function", "network functions"};
    if (kind == PciKind::gpu) return {"GPU without driver", "GPUs without driver"};
    return {"device", "devices"};
}

DeviceBox alone(const Machine& machine, const PlacedDevice& device) {
    DeviceBox box;
    box.device = device;
    if (device.gpu) {
        describe_gpu(*device.gpu, box);
    } else if (device.hca) {
        describe_hca(machine, *device.hca, device.pci, box);
    } else if (device.nic) {
        describe_nic(*device.nic, box);
    } else {
        box.kind = "disk or other device";
        box.look = looks::other;
        box.title = kind_words(device).first;
        box.lines = {device.address};
    }
    box.kind_look = box.look;
    const std::vector<std::string> problems = problems_of(machine, device);
    if (!problems.empty()) {
        box.badge.clear();
        box.look.fill = looks::problem.fill;
        box.look.stroke = looks::problem.stroke;
        box.look.stroke_width = looks::problem.stroke_width;
        box.caption = wrapped_to(joined(problems, "; "), text_room, caption_font, 4);
    }
    box.tooltip = joined(box.lines, ", ");
    box.tooltip =
        fmt::format("{}: {}{}", box.title, box.tooltip, problems.empty() ? "" : "; " + joined(problems, "; "));
    return box;
}

DeviceBox together(const std::vector<PlacedDevice>& devices) {
    DeviceBox box;
    box.device = devices.front();
    box.kind = "disk or other device";
    box.look = box.kind_look = looks::other;
    const auto [one, many] = kind_words(devices.front());
    box.title = plural(devices.size(), one, many);
    std::vector<std::string> names;
    for (const PlacedDevice& device : devices) names.push_back(name_of(device));
    box.tooltip = joined(names);
    return box;
}

}  // namespace

double DeviceBox::height() const {
    const double lines_height = static_cast<double>(lines.size()) * measures::line;
    const double caption_height =
        caption.empty() ? 0 : 4 + static_cast<double>(caption.size()) * measures::caption_line;
    return 24 + lines_height + caption_height + (lines.empty() && caption.empty() ? 2 : 4);
}

std::vector<std::string> problems_of(const Machine& machine, const PlacedDevice& device) {
    std::vector<std::string> sentences;
    const std::string name = name_of(device);
    for (const Problem& problem : machine.problems) {
        if (is_about(problem.subject, name) || is_about(problem.subject, device.address))
            sentences.push_back(problem.because);
    }
    return sentences;
}

std::vector<DeviceBox> boxes_of(const Machine& machine, const std::vector<PlacedDevice>& devices) {
    const auto nics =
        std::count_if(devices.begin(), devices.end(), [](const PlacedDevice& device) { return device.nic != nullptr; });
    std::vector<DeviceBox> boxes;
    std::map<std::string, std::vector<PlacedDevice>> shared;
    for (const PlacedDevice& device : devices) {
        if (device.pci && device.pci->kind == PciKind::nvswitch) continue;
        const bool has_name =
            device.gpu || device.hca || (device.nic && nics <= static_cast<std::ptrdiff_t>(most_nics));
        if (has_name || !problems_of(machine, device).empty())
            boxes.push_back(alone(machine, device));
        else
            shared[kind_words(device).first].push_back(device);
    }
    for (const auto& [kind, list] : shared)
        boxes.push_back(list.size() == 1 ? alone(machine, list.front()) : together(list));
    return boxes;
}

void draw_box(Canvas& canvas, const DeviceBox& box, const Rect& place) {
    canvas.rect(Canvas::front, "device", place, box.look, box.tooltip);
    const double x = place.x + measures::padding;
    double y = place.y + 17, room = text_room;
    if (!box.badge.empty()) {
        const Font font{9, true, looks::white, "middle"};
        const Rect badge{place.right() - measures::padding - 32, place.y + 6, 32, 14};
        canvas.rect(Canvas::front, "badge", badge, {box.look.stroke, "none", 0, 7, ""});
        canvas.text(badge.middle(), badge.y + 10.5, badge.width, box.badge, font);
        room -= 36;
    } else if (!box.caption.empty()) {
        canvas.text(place.right() - measures::padding, y, 14, "!", {15, true, looks::red, "end"});
        room -= 16;
    }
    canvas.text(x, y, room, box.title, title_font);
    for (const std::string& line : box.lines) canvas.text(x, y += measures::line, text_room, line, line_font);
    y += 4;
    for (const std::string& line : box.caption)
        canvas.text(x, y += measures::caption_line, text_room, line, caption_font);
}

}  // namespace r1cluster::detail
