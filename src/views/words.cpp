// SPDX-License-Identifier: Apache-2.0
#include "views/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "facts/gpu_words.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {

std::string plural(std::size_t count, std::string_view noun, std::string_view many) {
    if (count == 1) return fmt::format("1 {}", noun);
    return many.empty() ? fmt::format("{} {}s", count, noun) : fmt::format("{} {}", count, many);
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::string short_bytes(std::uint64_t bytes) {
    static constexpr double gib = 1024.0 * 1024 * 1024;
    const double amount = static_cast<double>(bytes) / gib;
    if (amount < 1) return format_bytes(bytes);
    // From where one decimal, or none, would show 1024.
    if (amount >= 1023.5) return fmt::format("{:.1f} TiB", amount / 1024);
    return amount >= 99.95 ? fmt::format("{:.0f} GiB", amount) : fmt::format("{:.1f} GiB", amount);
}

std::optional<std::uint64_t> memory_in_nodes(const Machine& machine) {
    std::uint64_t sum = 0;
    for (const NumaNode& node : machine.numa_nodes) {
        if (!node.memory_bytes) return std::nullopt;
        sum += *node.memory_bytes;
    }
    const bool is_much_less = !machine.numa_nodes.empty() && sum < machine.memory_bytes.value_or(0) / 10 * 9;
    return is_much_less ? std::optional(sum) : std::nullopt;
}

std::string rate_text(const std::optional<double>& gbps) { return gbps ? fmt::format("{:g} Gb/s", *gbps) : "?"; }

std::string pcie_generation(double gts) {
    for (int generation = 1; pcie_speed_gts(generation); ++generation) {
        if (pcie_speed_gts(generation) == gts) return fmt::format("Gen{}", generation);
    }
    return "";
}

std::string link_text(const PciLink& link, bool is_gpu) {
    std::vector<std::string> parts;
    const std::string now = link.speed_gts ? pcie_generation(*link.speed_gts) : "";
    const std::string most = link.max_speed_gts ? pcie_generation(*link.max_speed_gts) : "";
    if (is_gpu || now.empty() || now == most) {
        parts.push_back(most.empty() ? now : most);
    } else {
        parts.push_back(most.empty() || *link.speed_gts > *link.max_speed_gts ? now : now + " of " + most);
    }
    if (parts.back().empty()) parts.pop_back();
    if (link.width && link.max_width && *link.width < *link.max_width) {
        parts.push_back(fmt::format("x{} of x{}", *link.width, *link.max_width));
    } else if (link.width || link.max_width) {
        parts.push_back(fmt::format("x{}", link.width.value_or(link.max_width.value_or(0))));
    }
    return joined(parts, " ");
}

std::string nvlink_generation(const NvLink& link) {
    // NVML_NVLINK_VERSION_* of nvml.h: 1.0, 2.0, 2.2, 3.0, 3.1, 4.0, 5.0.
    static constexpr std::string_view names[] = {"1", "2", "2", "3", "3", "4", "5"};
    const int version = link.version.value_or(0);
    return version >= 1 && version <= 7 ? std::string(names[version - 1]) : "";
}

const HcaPort* main_port(const Hca& hca) {
    const auto active = std::find_if(hca.ports.begin(), hca.ports.end(),
                                     [](const HcaPort& p) { return p.state == HcaPortState::active; });
    if (active != hca.ports.end()) return &*active;
    return hca.ports.empty() ? nullptr : &hca.ports.front();
}

std::string_view layer_text(LinkLayer layer) {
    return layer == LinkLayer::unknown ? "link layer not known" : to_text(layer);
}

std::string ports_text(const Hca& hca) {
    std::vector<std::string> texts;
    for (const HcaPort& port : hca.ports) {
        std::string text = hca.ports.size() > 1 ? fmt::format("port {}: ", port.number) : "";
        if (port.rate_gbps) text += rate_text(port.rate_gbps) + " ";
        text += layer_text(port.link_layer);
        text += fmt::format(", {}", port.state == HcaPortState::unknown ? "state not known" : to_text(port.state));
        if (!port.physical_state.empty() && port.physical_state != "LinkUp") text += " (" + port.physical_state + ")";
        texts.push_back(text);
    }
    return texts.empty() ? "no port seen" : joined(texts, "; ");
}

const std::string& device_name(const Hca& hca) { return hca.name.empty() ? hca.pci_address : hca.name; }

bool is_about(const std::string& subject, const std::string& device) {
    return !device.empty() && subject.starts_with(device) &&
           (subject.size() == device.size() || subject[device.size()] == ' ');
}

std::vector<const Nic*> nics_without_hca(const Machine& machine) {
    std::set<std::string> taken;
    for (const Hca& hca : machine.hcas) taken.insert(hca.pci_address);
    std::vector<const Nic*> nics;
    for (const Nic& nic : machine.nics) {
        if (!nic.pci_address.empty() && taken.insert(nic.pci_address).second) nics.push_back(&nic);
    }
    return nics;
}

std::string state_of(const Nic& nic) { return !nic.is_up ? "state not known" : *nic.is_up ? "up" : "down"; }

}  // namespace r1cluster::detail
