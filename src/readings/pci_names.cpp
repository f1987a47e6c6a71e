// SPDX-License-Identifier: Apache-2.0
#include "readings/pci_names.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

bool is_hex_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool is_pci_address(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon < 4 || colon > 8 || text.size() != colon + 8) return false;
    return is_hex_number(text.substr(0, colon)) && is_hex_number(text.substr(colon + 1, 2)) && text[colon + 3] == ':' &&
           is_hex_number(text.substr(colon + 4, 2)) && text[colon + 6] == '.' && text[colon + 7] >= '0' &&
           text[colon + 7] <= '7';
}

std::string sysfs_pci_address(std::string_view bus_id) {
    std::string address(bus_id);
    while (address.find(':') > 4 && address.find(':') != std::string::npos && address.front() == '0')
        address.erase(0, 1);
    std::transform(address.begin(), address.end(), address.begin(), [](unsigned char c) { return std::tolower(c); });
    return address;
}

PciChain pci_chain(std::string_view link) {
    PciChain chain;
    while (!link.empty()) {
        const std::size_t slash = link.find('/');
        const std::string_view part = link.substr(0, slash);
        link.remove_prefix(slash == std::string_view::npos ? link.size() : slash + 1);
        if (is_pci_address(part)) {
            chain.addresses.emplace_back(part);
        } else if (chain.root_complex.empty() && part.starts_with("pci") && part.find(':') != std::string_view::npos) {
            chain.root_complex = part;
        }
    }
    return chain;
}

std::string pci_kind(std::string_view class_code, std::string_view vendor_id) {
    const bool is_nvidia = vendor_id == "0x10de";
    if (class_code.starts_with("0x03") && is_nvidia) return "gpu";
    if (class_code.starts_with("0x0680") && is_nvidia) return "nvswitch";
    if (class_code.starts_with("0x02")) return "network";
    if (class_code.starts_with("0x0108")) return "nvme";
    if (class_code.starts_with("0x0604")) return "bridge";
    return "other";
}

bool is_endpoint_that_matters(std::string_view kind) { return kind != "bridge" && kind != "other"; }

}  // namespace r1cluster::detail
