// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

// PCI Express Base Specification, 7.6 (extended capabilities) and 7.7.11 (access control services).
constexpr std::uint64_t extended_space = 0x100;
constexpr unsigned acs_capability = 0x000D;
constexpr int max_capabilities = (4096 - 256) / 8;

/// Four bytes of configuration space; nullopt where it ends before, or ends for this user.
std::optional<unsigned> config_word(const OpenFile& config, std::uint64_t offset) {
    const std::string bytes = config.read(offset, 4);
    if (bytes.size() < 4) return std::nullopt;
    unsigned word = 0;
    for (int i = 3; i >= 0; --i) word = word << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    return word;
}

/// "0x001d", or "none" where the function has no such capability. Each word costs a transaction on the bus, so only
/// the list of capabilities is walked.
std::string acs_control(const OpenFile& config) {
    std::uint64_t offset = extended_space;
    for (int i = 0; i < max_capabilities; ++i) {
        const auto header = config_word(config, offset);
        if (!header && offset == extended_space && !config_word(config, 64)) {
            throw Error(ErrorKind::system, "", "needs root: only 64 of 4096 bytes of configuration space are readable");
        }
        // 0 and all ones: no extended configuration space, or nothing in it.
        if (!header || *header == 0 || *header == 0xFFFFFFFFU) return "none";
        if ((*header & 0xFFFFU) == acs_capability) {
            const auto registers = config_word(config, offset + 4);
            if (!registers) return "none";
            return fmt::format("0x{:04x}", *registers >> 16U);
        }
        offset = *header >> 20U;
        if (offset < extended_space) return "none";
    }
    return "none";
}

struct Found {
    std::string kind;
    PciChain chain;
    int rank = 0;  ///< of what is read first where there is more than can be
};

/// Nothing of this function stays in the readings.
void forget(const HostTree& tree, const std::string& address) {
    const std::string folder = fmt::format("{}/{}", pci_folder, address);
    tree.readings().files.erase(folder + "/class");
    tree.readings().files.erase(folder + "/vendor");
    tree.readings().links.erase(folder);
    tree.readings().links.erase(folder + "/physfn");
}

/// Functions that matter. Of the others nothing is kept: hosts have hundreds, most of them counters of the CPU.
std::map<std::string, Found> find_endpoints(const HostTree& tree) {
    std::map<std::string, Found> found;
    std::size_t count = 0;
    for (const std::string& address : tree.names(pci_folder)) {
        if (!is_pci_address(address) || ++count > max_listed_pci_devices) continue;
        const std::string folder = fmt::format("{}/{}", pci_folder, address);
        const auto class_code = tree.file(folder + "/class");
        if (!class_code) continue;
        const bool may_be_nvidia = class_code->starts_with("0x03") || class_code->starts_with("0x0680");
        const std::string kind = pci_kind(*class_code, may_be_nvidia ? tree.file(folder + "/vendor").value_or("") : "");
        if (!is_endpoint_that_matters(kind)) {
            forget(tree, address);
            continue;
        }
        Found& one = found[address];
        one.kind = kind;
        one.chain = pci_chain(tree.link(folder).value_or(""));
        const bool is_virtual = tree.link_if_there(folder + "/physfn").has_value();
        one.rank = kind == "gpu" ? 0 : kind == "nvswitch" ? 1 : kind == "nvme" ? 3 : is_virtual ? 4 : 2;
    }
    return found;
}

void read_device(const HostTree& tree, const std::string& address, bool is_bridge) {
    const std::string folder = fmt::format("{}/{}", pci_folder, address);
    tree.link(folder);
    for (const char* name : {"/class", "/vendor", "/device", "/numa_node", "/local_cpulist"}) tree.file(folder + name);
    for (const char* name : {"/subsystem_vendor", "/subsystem_device", "/current_link_speed", "/current_link_width",
                             "/max_link_speed", "/max_link_width"}) {
        tree.file_if_there(folder + name);
    }
    for (const char* name : {"/driver", "/iommu_group"}) tree.link_if_there(folder + name);
    if (is_bridge) {
        tree.readings().calls["acs(" + address + ")"] =
            answer([&] { return acs_control(OpenFile(tree.on_disk(folder + "/config"))); });
    } else {
        for (const char* name : {"/sriov_numvfs", "/sriov_totalvfs"}) tree.file_if_there(folder + name);
    }
}

}  // namespace

void read_pci(const HostTree& tree) {
    const std::map<std::string, Found> found = find_endpoints(tree);
    std::vector<std::pair<int, std::string>> order;
    for (const auto& [address, one] : found) order.emplace_back(one.rank, address);
    std::sort(order.begin(), order.end());
    std::set<std::string> done;
    std::size_t left_out = 0;
    for (const auto& [rank, address] : order) {
        std::vector<std::string> chain = found.at(address).chain.addresses;
        if (chain.empty()) chain.push_back(address);  // no link: what the folder holds is still worth having
        if (done.size() + chain.size() > max_detailed_pci_devices) {
            forget(tree, address);
            ++left_out;
            continue;
        }
        for (const std::string& part : chain) {
            if (done.insert(part).second) read_device(tree, part, part != address);
        }
    }
    if (left_out > 0) tree.readings().calls[pci_left_out_call] = {std::to_string(left_out), ""};
}

}  // namespace r1cluster::detail
