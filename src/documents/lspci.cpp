// SPDX-License-Identifier: Apache-2.0
/// The text of `lspci -vvv`, with or without -D (domains) and -nn (numbers beside names), from pciutils.
#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "documents/formats.hpp"
#include "documents/values.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_functions = 65'536;

/// Names that the database of pciutils gives to the classes that matter, where -nn does not give the number.
struct ClassName {
    std::string_view name, code;
};
constexpr std::array classes{
    ClassName{"PCI bridge", "0604"},
    ClassName{"VGA compatible controller", "0300"},
    ClassName{"3D controller", "0302"},
    ClassName{"Display controller", "0380"},
    ClassName{"Ethernet controller", "0200"},
    ClassName{"Infiniband controller", "0207"},
    ClassName{"InfiniBand controller", "0207"},
    ClassName{"Network controller", "0280"},
    ClassName{"Non-Volatile memory controller", "0108"},
    ClassName{"Bridge", "0680"},
};

/// "0302" of "3D controller [0302]"; the text before it is left in `text`.
std::string number_in_brackets(std::string_view& text, std::size_t length) {
    const bool has_number = text.size() > length + 2 && text.ends_with(']') && text[text.size() - length - 2] == '[';
    if (!has_number) return "";
    std::string number(text.substr(text.size() - length - 1, length));
    text = trimmed(text.substr(0, text.size() - length - 2));
    return number;
}

/// Cuts "(rev a1)" and "(prog-if 02 [NVM Express])" off the end.
std::string_view without_suffix(std::string_view text, std::string_view opening) {
    const std::size_t at = text.rfind(opening);
    return at == std::string_view::npos ? text : trimmed(text.substr(0, at));
}

/// The word behind `key`, up to a comma or space: "32GT/s" of "Speed 32GT/s, Width x16" for "Speed ".
std::string_view word_behind(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + key.size());
    return text.substr(0, text.find_first_of(", \t"));
}

class Lspci {
public:
    Lspci(std::string_view text, const std::string& source) : text_(text), source_(source) {}

    Machine machine() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            read_line(text_.substr(at, end - at), at);
            at = end + 1;
        }
        if (functions_.empty())
            throw refuse(0, "no PCI device; expected one such as \"18:00.0 3D controller: NVIDIA ...\"");
        add_parents();
        for (const auto& [address, function] : functions_) {
            if (matters(function.device)) keep(address);
        }
        order_devices(machine_, true);
        add_gaps();
        return std::move(machine_);
    }

private:
    struct Function {
        PciDevice device;
        std::optional<int> secondary_bus;  ///< of a bridge
        bool hides_capabilities = false;
        bool has_access_control = false;
    };

    Error refuse(std::size_t offset, const std::string& what) const { return refusal(text_, source_, offset, what); }

    void read_line(std::string_view line, std::size_t offset) {
        const std::size_t space = line.find(' ');
        const auto address = pci_address_of(line.substr(0, space));
        if (address && space != std::string_view::npos) {
            if (functions_.contains(*address))
                throw refuse(offset, fmt::format("the device {} occurs twice", *address));
            if (functions_.size() >= max_functions) throw refuse(offset, "more than 65,536 devices");
            current_ = &functions_[*address];
            current_->device.address = *address;
            read_title(trimmed(line.substr(space)));
        } else if (trimmed(line).empty()) {
            current_ = nullptr;
        } else if (current_ && (line.front() == '\t' || line.front() == ' ')) {
            read_field(trimmed(line), offset);
        }
    }

    /// "3D controller [0302]: NVIDIA Corporation GH100 [H100] [10de:2330] (rev a1) (prog-if 00)"
    void read_title(std::string_view title) {
        PciDevice& device = current_->device;
        const std::string interface(word_behind(title, "(prog-if ").substr(0, 2));
        title = without_suffix(without_suffix(title, "(prog-if "), "(rev ");
        const std::size_t colon = title.find(": ");
        std::string_view class_name = trimmed(title.substr(0, colon));
        std::string_view name = colon == std::string_view::npos ? "" : trimmed(title.substr(colon + 2));
        std::string code = number_in_brackets(class_name, 4);
        for (const ClassName& known : classes) {
            if (code.empty() && class_name == known.name) code = known.code;
        }
        if (const auto number = pci_number_of(code, 4); number && !code.empty()) {
            device.class_code = *number + (pci_number_of(interface, 2) && interface.size() == 2 ? interface : "00");
        }
        read_ids(name, device.vendor_id, device.device_id);
        if (device.vendor_id.empty() && name.starts_with("NVIDIA")) device.vendor_id = "0x10de";
        device.name = name;
        // A vendor is what tells a GPU and an NVSwitch from others of their class; without -nn only NVIDIA's is known.
        device.kind = pci_kind_of(device.class_code, device.vendor_id.empty() ? "other" : device.vendor_id);
    }

    static void read_ids(std::string_view& name, std::string& vendor, std::string& device) {
        const std::string pair = number_in_brackets(name, 9);
        if (pair.size() != 9 || pair[4] != ':') return;
        vendor = pci_number_of(pair.substr(0, 4), 4).value_or("");
        device = pci_number_of(pair.substr(5), 4).value_or("");
    }

    void read_field(std::string_view field, std::size_t offset) {
        PciDevice& device = current_->device;
        const auto value = [&](std::string_view key) {
            return field.starts_with(key) ? std::optional(trimmed(field.substr(key.size()))) : std::nullopt;
        };
        if (auto subsystem = value("Subsystem:")) {
            read_ids(*subsystem, device.subsystem_vendor_id, device.subsystem_device_id);
        } else if (const auto node = value("NUMA node:")) {
            const auto number = number_of<int>(*node);
            if (number && *number >= 0) device.numa_node = number;
        } else if (const auto group = value("IOMMU group:")) {
            device.iommu_group = number_of<int>(*group);
        } else if (const auto driver = value("Kernel driver in use:")) {
            device.driver = *driver;
        } else if (const auto buses = value("Bus:")) {
            const std::string bus(word_behind(*buses, "secondary="));
            if (!pci_number_of(bus, 2))
                throw refuse(offset, fmt::format("\"{}\": expected a secondary bus such as \"secondary=16\"", field));
            current_->secondary_bus = std::stoi(bus, nullptr, 16);
        } else if (const auto able = value("LnkCap:")) {
            read_link(*able, offset, device.link.max_speed_gts, device.link.max_width);
        } else if (const auto now = value("LnkSta:")) {
            read_link(*now, offset, device.link.speed_gts, device.link.width);
        } else if (const auto control = value("ACSCtl:")) {
            current_->has_access_control = true;
            // Either sends what one device sends to its neighbour up to the CPU.
            const bool redirects = control->find("ReqRedir+") != std::string_view::npos ||
                                   control->find("CmpltRedir+") != std::string_view::npos;
            if (device.kind == PciKind::bridge) device.is_acs_redirecting = redirects;
        } else if (field.find("Number of VFs: ") != std::string_view::npos) {
            device.virtual_functions = number_of<int>(word_behind(field, "Number of VFs: "));
        } else if (field.find("<access denied>") != std::string_view::npos) {
            current_->hides_capabilities = true;
        }
    }

    /// "Port #0, Speed 32GT/s, Width x16, ASPM L1"; "Speed 16GT/s (downgraded), Width x4 (ok)"
    void read_link(std::string_view text, std::size_t offset, std::optional<double>& speed,
                   std::optional<int>& width) const {
        const std::string_view gts = word_behind(text, "Speed "), lanes = word_behind(text, "Width x");
        if (gts.ends_with("GT/s")) {
            speed = number_of<double>(gts.substr(0, gts.size() - 4));
            if (!speed || !(*speed > 0 && *speed <= 1000)) {
                throw refuse(offset, fmt::format("\"Speed {}\": expected one such as \"32GT/s\"", gts));
            }
        } else if (!gts.empty() && gts != "unknown") {
            throw refuse(offset, fmt::format("\"Speed {}\": expected a number of GT/s", gts));
        }
        const auto number = number_of<int>(lanes);
        if (number && *number > 0 && *number <= 32) width = number;  // x0 is a link that is down
    }

    /// A device hangs from the bridge whose secondary bus is its own; where there is none, from a root complex.
    void add_parents() {
        std::map<std::pair<std::string, int>, std::string> bridges;  // domain and secondary bus
        for (const auto& [address, function] : functions_) {
            if (!function.secondary_bus) continue;
            const auto [place, is_new] =
                bridges.emplace(std::pair(domain_of(address), *function.secondary_bus), address);
            const bool is_switched_off = *function.secondary_bus == 0;  // a bridge that the firmware left alone
            if (!is_new && !is_switched_off) {
                throw refuse(0, fmt::format("{} and {} both have the secondary bus {:02x}", place->second, address,
                                            *function.secondary_bus));
            }
        }
        std::erase_if(bridges, [](const auto& bridge) { return bridge.first.second == 0; });
        for (auto& [address, function] : functions_) {
            const std::size_t domain_end = address.size() - 8;
            const std::string bus = address.substr(domain_end + 1, 2);
            const auto above = bridges.find({domain_of(address), std::stoi(bus, nullptr, 16)});
            const bool has_bridge = above != bridges.end() && above->second != address;
            function.device.parent = has_bridge ? above->second : fmt::format("pci{}:{}", domain_of(address), bus);
        }
    }

    static std::string domain_of(const std::string& address) { return address.substr(0, address.size() - 8); }

    static bool matters(const PciDevice& device) {
        return device.kind != PciKind::bridge && device.kind != PciKind::other;
    }

    /// A device, and every bridge above it.
    void keep(std::string address) {
        while (functions_.contains(address) && kept_.insert(address).second) {
            Function& function = functions_.at(address);
            PciDevice& device = function.device;
            if (device.kind == PciKind::bridge && !function.hides_capabilities && !function.has_access_control) {
                device.is_acs_redirecting = false;  // it has no such capability
            }
            has_hidden_ = has_hidden_ || function.hides_capabilities;
            if (device.kind == PciKind::gpu) {
                Gpu& gpu = machine_.gpus.emplace_back();
                gpu.pci_address = address;
                gpu.numa_node = device.numa_node;
                gpu.link = device.link;
            }
            machine_.pci_devices.push_back(device);
            address = device.parent;
        }
    }

    void add_gaps() {
        if (machine_.gpus.empty()) {
            add_gap(machine_, "gpus", "gpus", "this lspci text names no display controller of NVIDIA",
                    "lspci -vvv -nn");
        } else {
            add_gap(machine_, "gpus.index", "GPU indices", "lspci does not know them; GPUs are numbered by PCI address",
                    "nvidia-smi -q -x");
        }
        if (has_hidden_)
            add_gap(machine_, "pci.acs", "PCIe links and access control services", "lspci wrote <access denied>",
                    "run lspci as root");
        add_gap(machine_, "gpus.state", "memory, names and state of GPUs", "lspci does not hold them",
                "nvidia-smi -q -x");
        add_gap(machine_, "gpus.nvlinks", "NVLinks", "lspci does not hold them", "nvidia-smi topo -m");
        add_gap(machine_, "hcas", "HCAs", "lspci names network controllers, not verbs devices",
                "a copy of /sys/class/infiniband");
        add_gap(machine_, "system", "operating system, CPU and memory", "lspci does not hold them");
    }

    std::string_view text_;
    const std::string& source_;
    std::map<std::string, Function> functions_;
    Function* current_ = nullptr;
    std::set<std::string> kept_;
    bool has_hidden_ = false;
    Machine machine_;
};

}  // namespace

Machine parse_lspci(std::string_view text, const std::string& source) { return Lspci(text, source).machine(); }

}  // namespace r1cluster::detail
