// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "facts/enum_words.hpp"
#include "facts/interpret/host_answers.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view class_file = "/class";
constexpr int max_width = 32;  // lanes; sysfs shows 63 and 255 for "not known"
// Bits of the ACS control word that send what one device sends to its neighbour up to the CPU.
constexpr unsigned request_redirect = 1U << 2U, completion_redirect = 1U << 3U;

/// "32.0 GT/s PCIe" -> 32; "Unknown" is unset.
std::optional<double> speed_of(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const std::size_t end = text->find(" GT/s");
    const auto speed = end == std::string::npos ? std::nullopt : number_of<double>(text->substr(0, end));
    return speed && *speed > 0 && *speed < 1000 ? speed : std::nullopt;
}

std::optional<int> width_of(const std::optional<std::string>& text) {
    const auto width = number_of<int>(text.value_or(""));
    return width && *width > 0 && *width <= max_width ? width : std::nullopt;
}

std::optional<bool> redirects(const std::string& control) {
    if (control == "none") return false;
    unsigned word = 0;
    if (!control.starts_with("0x")) return std::nullopt;
    const char* end = control.data() + control.size();
    const auto [stop, error] = std::from_chars(control.data() + 2, end, word, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return (word & (request_redirect | completion_redirect)) != 0;
}

/// Everything about the PCI functions of one host, with what is missing gathered for a few gaps.
class PciReader {
public:
    explicit PciReader(HostAnswers& answers) : answers_(answers) {}

    void interpret() {
        // By the files that were kept, not by the listing: most of what a host lists does not matter and was let go.
        const auto& files = answers_.readings().files;
        const std::string prefix = fmt::format("{}/", pci_folder);
        std::size_t count = 0;
        for (auto at = files.lower_bound(prefix); at != files.end() && at->first.starts_with(prefix); ++at) {
            const std::string& path = at->first;
            if (!path.ends_with(class_file)) continue;
            const std::string address = path.substr(prefix.size(), path.size() - prefix.size() - class_file.size());
            if (is_pci_address(address) && ++count <= max_listed_pci_devices) add_endpoint(address, at->second);
        }
        for (auto& [address, device] : devices_) answers_.machine().pci_devices.push_back(std::move(device));
        report_gaps(count);
    }

private:
    std::string folder_of(const std::string& address) const { return fmt::format("{}/{}", pci_folder, address); }

    void add_endpoint(const std::string& address, const Answer& class_answer) {
        const std::string folder = folder_of(address);
        if (!class_answer.text) {
            missing_[address] = folder + "/class";
            return;
        }
        if (!is_endpoint_that_matters(pci_kind(*class_answer.text, answers_.file(folder + "/vendor").value_or(""))))
            return;
        std::vector<std::string> chain = pci_chain(answers_.link(folder).value_or("")).addresses;
        if (chain.empty() || chain.back() != address) {
            without_link_.push_back(address);
            chain = {address};
        }
        for (const std::string& part : chain) add_device(part);
    }

    void add_device(const std::string& address) {
        if (devices_.contains(address)) return;
        if (devices_.size() >= max_detailed_pci_devices) {
            ++left_out_;
            return;
        }
        const std::string folder = folder_of(address);
        PciDevice device;
        device.address = address;
        device.class_code = answers_.file(folder + "/class").value_or("");
        device.vendor_id = answers_.file(folder + "/vendor").value_or("");
        if (device.class_code.empty() || device.vendor_id.empty()) missing_[address] = folder + "/vendor";
        device.kind = pci_kind_of(pci_kind(device.class_code, device.vendor_id));
        device.device_id = answers_.file(folder + "/device").value_or("");
        device.subsystem_vendor_id = answers_.file(folder + "/subsystem_vendor").value_or("");
        device.subsystem_device_id = answers_.file(folder + "/subsystem_device").value_or("");
        const PciChain chain = pci_chain(answers_.link(folder).value_or(""));
        if (chain.addresses.size() > 1) {
            device.parent = chain.addresses[chain.addresses.size() - 2];
        } else if (chain.addresses.size() == 1) {
            device.parent = chain.root_complex;
        }
        const auto node = number_of<int>(answers_.file(folder + "/numa_node").value_or(""));
        if (node && *node >= 0) device.numa_node = node;  // -1: the firmware does not say
        device.local_cpus = answers_.file(folder + "/local_cpulist").value_or("");
        device.driver = last_part(answers_.link(folder + "/driver").value_or(""));
        device.link = {speed_of(answers_.file(folder + "/current_link_speed")),
                       width_of(answers_.file(folder + "/current_link_width")),
                       speed_of(answers_.file(folder + "/max_link_speed")),
                       width_of(answers_.file(folder + "/max_link_width"))};
        device.iommu_group = number_of<int>(last_part(answers_.link(folder + "/iommu_group").value_or("")));
        device.physical_function = last_part(answers_.link(folder + "/physfn").value_or(""));
        if (answers_.file(folder + "/sriov_totalvfs").value_or("0") != "0") {
            device.virtual_functions = number_of<int>(answers_.file(folder + "/sriov_numvfs").value_or(""));
        }
        if (device.kind == PciKind::bridge) add_access_control(device);
        devices_[address] = std::move(device);
    }

    void add_access_control(PciDevice& bridge) {
        const std::string call = "acs(" + bridge.address + ")";
        bridge.is_acs_redirecting = redirects(answers_.call(call).value_or(""));
        if (!bridge.is_acs_redirecting) without_access_control_.push_back(bridge.address);
    }

    void report_gaps(std::size_t kept) {
        const auto listing = answers_.readings().listings.find(pci_folder);
        const bool is_listed = listing != answers_.readings().listings.end();
        if (kept == 0 && !(is_listed && listing->second.text)) {
            answers_.gap({"pci_devices", "PCI devices"},
                         is_listed ? answers_.why_no_listing(pci_folder) : was_not_read(pci_folder));
        }
        const std::size_t listed = answers_.names(pci_folder).size();
        for (const auto& [address, path] : missing_) {
            answers_.gap({"pci." + address, "PCI device " + address}, answers_.why_no_file(path),
                         "read again: it may have left the bus meanwhile");
        }
        if (!without_link_.empty()) {
            answers_.gap({"pci.bridges", "PCI bridges"},
                         fmt::format("the bridges above {} are not known: {} is no link", few_of(without_link_),
                                     folder_of(without_link_.front())));
        }
        if (!without_access_control_.empty()) {
            answers_.gap({"pci.acs", "PCI access control services"},
                         fmt::format("{}: {}", few_of(without_access_control_),
                                     answers_.why_no_call("acs(" + without_access_control_.front() + ")").text),
                         "read as root");
        }
        if (listed > max_listed_pci_devices) {
            answers_.gap({"pci_devices", "PCI devices"},
                         fmt::format("{} devices, of which {} are looked at", listed, max_listed_pci_devices));
        }
        const std::size_t left_out =
            left_out_ + number_of<std::size_t>(answers_.call(pci_left_out_call).value_or("")).value_or(0);
        if (left_out > 0) {
            answers_.gap({"pci_devices", "PCI devices"},
                         fmt::format("more than {} that matter; {} are left out, virtual functions first",
                                     max_detailed_pci_devices, left_out));
        }
    }

    HostAnswers& answers_;
    std::map<std::string, PciDevice> devices_;
    std::map<std::string, std::string> missing_;  ///< address -> file that was wanted
    std::vector<std::string> without_link_, without_access_control_;
    std::size_t left_out_ = 0;
};

}  // namespace

void interpret_pci(HostAnswers& answers) { PciReader(answers).interpret(); }

}  // namespace r1cluster::detail
