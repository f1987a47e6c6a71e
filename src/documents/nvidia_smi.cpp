// SPDX-License-Identifier: Apache-2.0
/// The XML of `nvidia-smi -q -x`: schema 11 (driver 515) to 13 (driver 580). Names of elements changed between them;
/// the newer one is asked for first.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "base/text.hpp"
#include "documents/formats.hpp"
#include "documents/values.hpp"
#include "documents/xml_text.hpp"
#include "facts/enum_words.hpp"
#include "facts/gpu_words.hpp"

namespace r1cluster::detail {
namespace {

/// An element that says something. nvidia-smi has many words for nothing.
pugi::xml_node something(pugi::xml_node node) {
    const std::string text = lower_case(trimmed(node.text().get()));
    const bool is_nothing = text.empty() || text == "n/a" || text == "not available" || text.starts_with("[") ||
                            text.starts_with("requested functionality") || text.starts_with("unknown error") ||
                            text.starts_with("gpu is lost");
    return is_nothing ? pugi::xml_node() : node;
}

std::string text_of(pugi::xml_node node) { return std::string(trimmed(something(node).text().get())); }

class NvidiaSmi {
public:
    NvidiaSmi(std::string_view text, const std::string& source) : xml_(text, source, "nvidia_smi_log") {}

    Machine machine() {
        const pugi::xml_node log = xml_.root();
        machine_.gpu_driver_version = text_of(log.child("driver_version"));
        machine_.cuda_driver_version = text_of(log.child("cuda_version"));
        for (const pugi::xml_node gpu : log.children("gpu")) read_gpu(gpu);
        order_devices(machine_, false);
        add_gaps();
        return std::move(machine_);
    }

private:
    Error refuse(pugi::xml_node node, std::string_view expected) const {
        return xml_.refusal(
            node, fmt::format("\"{}\" in <{}>: expected {}", trimmed(node.text().get()), node.name(), expected));
    }

    template <class Number>
    std::optional<Number> number(pugi::xml_node element, std::string_view unit = "") const {
        const pugi::xml_node node = something(element);
        if (!node) return std::nullopt;
        const std::string text = text_of(node);
        const std::size_t space = text.find(' ');
        const auto value = number_of<Number>(std::string_view(text).substr(0, space));
        const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
        bool is_right = value && rest == unit;
        if constexpr (std::is_floating_point_v<Number>) is_right = is_right && std::isfinite(*value);
        if (!is_right) throw refuse(node, unit.empty() ? "a whole number" : fmt::format("a number of {}", unit));
        return value;
    }

    std::optional<std::uint64_t> bytes(pugi::xml_node element) const {
        const auto mib = number<std::uint64_t>(element, "MiB");
        if (mib && *mib > (1ULL << 40)) throw refuse(element, "less than 2^40 MiB");
        return mib ? std::optional(*mib << 20) : std::nullopt;
    }

    std::string word(pugi::xml_node element, std::span<const std::string_view> words) const {
        const std::string text = lower_case(text_of(element));
        std::string spaced = text;
        std::replace(spaced.begin(), spaced.end(), '_', ' ');
        for (const std::string_view known : words) {
            if (lower_case(known) == spaced) return std::string(known);
        }
        return text;  // a later driver knows more than we do
    }

    std::optional<bool> yes(pugi::xml_node element, std::string_view word_for_yes, std::string_view word_for_no) const {
        const pugi::xml_node node = something(element);
        if (!node) return std::nullopt;
        const std::string text = text_of(node);
        if (text == word_for_yes) return true;
        if (text == word_for_no) return false;
        throw refuse(node, fmt::format("\"{}\", \"{}\" or \"N/A\"", word_for_yes, word_for_no));
    }

    std::optional<bool> enabled(pugi::xml_node element) const { return yes(element, "Enabled", "Disabled"); }

    void read_gpu(pugi::xml_node element) {
        xml_.check_excess(element, machine_);
        Gpu gpu;
        gpu.nvml_index = static_cast<int>(machine_.gpus.size());
        const std::string id = xml_.required(element, "id");
        const auto address = pci_address_of(id);
        if (!address)
            throw xml_.refusal(element,
                               fmt::format("id \"{}\" of <gpu>: expected one such as \"00000000:18:00.0\"", id));
        if (!addresses_.insert(*address).second)
            throw xml_.refusal(element, fmt::format("the GPU {} occurs twice", *address));
        gpu.pci_address = *address;
        gpu.name = text_of(element.child("product_name"));
        gpu.uuid = text_of(element.child("uuid"));
        gpu.serial = text_of(element.child("serial"));
        gpu.vbios_version = text_of(element.child("vbios_version"));
        gpu.firmware_version = text_of(element.child("gsp_firmware_version"));
        gpu.minor_number = number<int>(element.child("minor_number"));
        gpu.is_persistent = enabled(element.child("persistence_mode"));
        gpu.compute_mode = word(element.child("compute_mode"), compute_mode_words);
        gpu.virtualization =
            word(element.child("gpu_virtualization_mode").child("virtualization_mode"), virtualization_words);
        read_mig(element, gpu);
        read_memory(element, gpu);
        read_errors(element, gpu);
        read_power(element, gpu);
        read_clocks(element, gpu);
        read_fabric(element.child("fabric"), gpu);
        read_processes(element.child("processes"), gpu);
        read_pci(element.child("pci"), gpu);
        machine_.gpus.push_back(std::move(gpu));
    }

    void read_mig(pugi::xml_node element, Gpu& gpu) const {
        if (const pugi::xml_node mode = element.child("mig_mode")) {
            // "N/A": this kind of GPU has no such mode.
            gpu.is_mig_enabled = enabled(mode.child("current_mig")).value_or(false);
            gpu.is_mig_pending = enabled(mode.child("pending_mig")).value_or(false);
        }
        for (const pugi::xml_node device : element.child("mig_devices").children("mig_device")) {
            // Their UUIDs, which name them elsewhere, are not in this XML.
            gpu.mig_devices.push_back(
                fmt::format("MIG device {} (GPU instance {}, compute instance {})", text_of(device.child("index")),
                            text_of(device.child("gpu_instance_id")), text_of(device.child("compute_instance_id"))));
        }
    }

    void read_memory(pugi::xml_node element, Gpu& gpu) const {
        const pugi::xml_node memory = element.child("fb_memory_usage");
        gpu.memory_bytes = bytes(memory.child("total"));
        gpu.memory_reserved_bytes = bytes(memory.child("reserved"));
        gpu.memory_used_bytes = bytes(memory.child("used"));
        gpu.memory_free_bytes = bytes(memory.child("free"));
        gpu.bar1_bytes = bytes(element.child("bar1_memory_usage").child("total"));
    }

    void read_errors(pugi::xml_node element, Gpu& gpu) const {
        gpu.is_ecc_enabled = enabled(element.child("ecc_mode").child("current_ecc"));
        gpu.is_ecc_pending = enabled(element.child("ecc_mode").child("pending_ecc"));
        const pugi::xml_node life = element.child("ecc_errors").child("aggregate");
        gpu.ecc_corrected = sum(
            {life.child("sram_correctable"), life.child("dram_correctable"), life.child("single_bit").child("total")});
        // Hopper tells parity errors of SRAM from others; before Turing there was one count.
        gpu.ecc_uncorrected = sum({life.child("sram_uncorrectable"), life.child("sram_uncorrectable_parity"),
                                   life.child("sram_uncorrectable_secded"), life.child("dram_uncorrectable"),
                                   life.child("double_bit").child("total")});
        const pugi::xml_node rows = element.child("remapped_rows");
        gpu.remapped_rows_corrected = number<int>(rows.child("remapped_row_corr"));
        gpu.remapped_rows_uncorrected = number<int>(rows.child("remapped_row_unc"));
        gpu.is_remap_pending = yes(rows.child("remapped_row_pending"), "Yes", "No");
        gpu.has_remap_failed = yes(rows.child("remapped_row_failure"), "Yes", "No");
    }

    /// Of those that are told; unset where none is.
    std::optional<std::uint64_t> sum(std::initializer_list<pugi::xml_node> elements) const {
        std::optional<std::uint64_t> sum;
        for (const pugi::xml_node element : elements) {
            const auto value = number<std::uint32_t>(element);
            if (value) sum = sum.value_or(0) + *value;
        }
        return sum;
    }

    void read_power(pugi::xml_node element, Gpu& gpu) const {
        const pugi::xml_node newer = element.child("gpu_power_readings");
        const pugi::xml_node power = newer ? newer : element.child("power_readings");
        const auto first_of = [&](std::initializer_list<const char*> names) {
            for (const char* name : names) {
                if (const auto watts = number<double>(power.child(name), "W")) return watts;
            }
            return std::optional<double>();
        };
        gpu.power_w = first_of({"average_power_draw", "power_draw", "instant_power_draw"});
        gpu.power_limit_w = first_of({"current_power_limit", "power_limit"});
        gpu.power_limit_default_w = first_of({"default_power_limit"});
        gpu.temperature_c = number<int>(element.child("temperature").child("gpu_temp"), "C");
    }

    void read_clocks(pugi::xml_node element, Gpu& gpu) const {
        gpu.sm_clock_mhz = number<int>(element.child("clocks").child("sm_clock"), "MHz");
        gpu.memory_clock_mhz = number<int>(element.child("clocks").child("mem_clock"), "MHz");
        gpu.sm_clock_max_mhz = number<int>(element.child("max_clocks").child("sm_clock"), "MHz");
        gpu.memory_clock_max_mhz = number<int>(element.child("max_clocks").child("mem_clock"), "MHz");
        for (const GpuWord& reason : throttle_reasons) {
            // "clocks_event_reason_…" since driver 535
            for (const std::string prefix : {"clocks_event_reason", "clocks_throttle_reason"}) {
                const std::string name = fmt::format("{}_{}", prefix, reason.theirs);
                if (yes(element.child((prefix + "s").c_str()).child(name.c_str()), "Active", "Not Active")
                        .value_or(false)) {
                    gpu.throttle_reasons.emplace_back(reason.ours);
                }
            }
        }
    }

    void read_fabric(pugi::xml_node element, Gpu& gpu) const {
        const std::string state = lower_case(text_of(element.child("state")));
        if (state.empty()) return;
        GpuFabric& fabric = gpu.fabric.emplace();
        fabric.state = fabric_state_of(state);
        fabric.status = lower_case(text_of(element.child("status")));
        fabric.cluster_uuid = lower_case(text_of(element.child("clusterUuid")));
        if (fabric.cluster_uuid.find_first_not_of("0-") == std::string::npos) fabric.cluster_uuid.clear();
        fabric.clique_id = number<int>(element.child("cliqueId"));
        const pugi::xml_node health = element.child("health");
        for (const GpuWord& flaw : fabric_flaws) {
            const std::string value = text_of(health.child(std::string(flaw.theirs).c_str()));
            if (!value.empty() && value != "Full" && value != "False") fabric.unhealthy.emplace_back(flaw.ours);
        }
        const std::string configuration = text_of(health.child("incorrect_configuration"));
        if (!configuration.empty() && configuration != "None")
            fabric.unhealthy.push_back("incorrect configuration: " + lower_case(configuration));
    }

    void read_processes(pugi::xml_node element, Gpu& gpu) const {
        for (const pugi::xml_node entry : element.children("process_info")) {
            const auto pid = number<int>(entry.child("pid"));
            if (!pid) continue;
            GpuProcess& process = gpu.processes.emplace_back();
            process.pid = *pid;
            process.name = text_of(entry.child("process_name"));
            process.memory_bytes = bytes(entry.child("used_memory"));
        }
    }

    void read_pci(pugi::xml_node pci, Gpu& gpu) {
        const pugi::xml_node link = pci.child("pci_gpu_link_info");
        gpu.link.speed_gts = speed(link.child("pcie_gen").child("current_link_gen"));
        gpu.link.max_speed_gts = speed(link.child("pcie_gen").child("max_link_gen"));
        gpu.link.width = width(link.child("link_widths").child("current_link_width"));
        gpu.link.max_width = width(link.child("link_widths").child("max_link_width"));
        PciDevice& device = machine_.pci_devices.emplace_back();
        device.address = gpu.pci_address;
        device.kind = PciKind::gpu;
        device.link = gpu.link;
        const auto base = number<int>(pci.child("pci_base_class")), sub = number<int>(pci.child("pci_sub_class"));
        if (base && sub && *base >= 0 && *base < 256 && *sub >= 0 && *sub < 256) {
            device.class_code = fmt::format("0x{:02x}{:02x}00", *base, *sub);
        }
        ids(pci.child("pci_device_id"), device.vendor_id, device.device_id);
        ids(pci.child("pci_sub_system_id"), device.subsystem_vendor_id, device.subsystem_device_id);
        // Drivers of some cloud GPUs lose digits ("000000DE"); nvidia-smi shows no GPU of another vendor.
        if (!device.vendor_id.empty() && device.vendor_id != "0x10de") {
            add_gap(machine_, "pci." + device.address + ".ids", "PCI numbers of " + device.address,
                    fmt::format("nvidia-smi gives the vendor {}, not NVIDIA's", device.vendor_id), "lspci -nn");
            device.vendor_id = device.device_id = device.subsystem_vendor_id = device.subsystem_device_id = "";
        }
    }

    std::optional<double> speed(pugi::xml_node element) const {
        const auto generation = number<int>(element);
        if (!generation) return std::nullopt;
        const auto gts = pcie_speed_gts(*generation);
        if (!gts) throw refuse(element, "1 to 6");
        return gts;
    }

    std::optional<int> width(pugi::xml_node element) const {
        std::string text = text_of(element);
        if (text.empty()) return std::nullopt;
        const auto lanes = number_of<int>(std::string_view(text).substr(0, text.size() - 1));
        if (!lanes || *lanes < 1 || *lanes > 32 || text.back() != 'x') throw refuse(element, "lanes such as \"16x\"");
        return lanes;
    }

    /// "233510DE": device, then vendor
    void ids(pugi::xml_node element, std::string& vendor, std::string& device) const {
        std::string text = text_of(element);
        if (text.empty()) return;
        if (text.starts_with("0x")) text.erase(0, 2);
        if (text.size() != 8 || !pci_number_of(text, 8)) throw refuse(element, "8 hexadecimal digits");
        vendor = *pci_number_of(text.substr(4), 4);
        device = *pci_number_of(text.substr(0, 4), 4);
    }

    void add_gaps() {
        const auto attached = number<std::size_t>(xml_.root().child("attached_gpus"));
        if (attached && *attached != machine_.gpus.size()) {
            add_gap(machine_, "gpus.index", "GPU indices",
                    fmt::format("{} GPUs are attached, of which {} are described", *attached, machine_.gpus.size()),
                    "nvidia-smi -q -x without -i");
        }
        for (const Gpu& gpu : machine_.gpus) {
            if (!gpu.memory_bytes)
                add_gap(machine_, fmt::format("gpu.{}.memory", gpu.nvml_index),
                        fmt::format("memory of GPU {}", gpu.nvml_index), "nvidia-smi says N/A");
        }
        if (machine_.gpus.empty()) add_gap(machine_, "gpus", "gpus", "nvidia-smi describes no GPU");
        add_gap(machine_, "gpus.compute_capability", "compute capability and NUMA nodes of GPUs",
                "nvidia-smi -q -x does not hold them", "nvidia-smi topo -m");
        add_gap(machine_, "gpus.nvlinks", "NVLinks", "nvidia-smi -q -x does not hold them", "nvidia-smi topo -m");
        add_gap(machine_, "pci_devices", "PCI devices above and beside GPUs", "nvidia-smi -q -x does not hold them",
                "lspci -vvv");
        add_gap(machine_, "system", "operating system, CPU, memory and network", "nvidia-smi -q -x does not hold them");
    }

    XmlText xml_;
    Machine machine_;
    std::set<std::string> addresses_;
};

}  // namespace

Machine parse_nvidia_smi(std::string_view text, const std::string& source) { return NvidiaSmi(text, source).machine(); }

}  // namespace r1cluster::detail
