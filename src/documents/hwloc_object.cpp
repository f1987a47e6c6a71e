// SPDX-License-Identifier: Apache-2.0
#include "documents/hwloc_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "documents/values.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_ports = 16, max_gids = 16;

/// enum ibv_port_state, which hwloc writes as a number.
constexpr std::array port_states{HcaPortState::unknown, HcaPortState::down, HcaPortState::init, HcaPortState::armed,
                                 HcaPortState::active};

/// "[10de:2330]"
bool read_pair(const std::string& word, std::string& vendor, std::string& device) {
    if (word.size() != 11 || word[0] != '[' || word[5] != ':' || word[10] != ']') return false;
    const auto first = pci_number_of(word.substr(1, 4), 4), second = pci_number_of(word.substr(6, 4), 4);
    vendor = first.value_or("");
    device = second.value_or("");
    return first && second;
}

}  // namespace

std::string hwloc_info(pugi::xml_node object, const std::string& name) {
    for (const pugi::xml_node entry : object.children("info")) {
        if (entry.attribute("name").value() == name) return entry.attribute("value").value();
    }
    return "";
}

bool read_hwloc_type(const std::string& text, PciDevice& device) {
    const std::vector<std::string> words = words_of(text);
    if (words.size() < 3 || words[0].size() != 4 || !pci_number_of(words[0], 4)) return false;
    // The programming interface is not told; of those that matter only NVM Express has another than 00.
    device.class_code = *pci_number_of(words[0], 4) + (words[0] == "0108" ? "02" : "00");
    return read_pair(words[1], device.vendor_id, device.device_id) &&
           read_pair(words[2], device.subsystem_vendor_id, device.subsystem_device_id);
}

std::vector<int> hwloc_numbers(const XmlText& xml, pugi::xml_node matrix, const char* name, std::size_t most) {
    constexpr auto blank = " \t\r\n";
    std::vector<int> numbers;
    for (const pugi::xml_node piece : matrix.children(name)) {
        for (std::string_view rest = trimmed(piece.text().get()); !rest.empty() && numbers.size() <= most;) {
            const std::string_view word = rest.substr(0, rest.find_first_of(blank));
            const auto number = number_of<int>(word);
            if (!number) throw xml.refusal(piece, fmt::format("\"{}\" in <{}>: expected a whole number", word, name));
            numbers.push_back(*number);
            rest.remove_prefix(std::min(rest.find_first_not_of(blank, word.size()), rest.size()));
        }
    }
    return numbers;
}

std::vector<HcaPort> hwloc_ports(pugi::xml_node object) {
    std::vector<HcaPort> ports;
    for (int number = 1; number <= max_ports; ++number) {
        const std::string name = fmt::format("Port{}", number);
        const auto state = number_of<std::size_t>(hwloc_info(object, name + "State"));
        const auto lid = pci_number_of(hwloc_info(object, name + "LID"), 4);
        if (!state && !lid) continue;
        HcaPort& port = ports.emplace_back();
        port.number = number;
        port.state = state && *state < port_states.size() ? port_states[*state] : HcaPortState::unknown;
        if (lid) port.lid = std::stoi(*lid, nullptr, 16);
        for (int index = 0; index < max_gids; ++index) {
            const std::string gid = hwloc_info(object, fmt::format("{}GID{}", name, index));
            if (!gid.empty()) port.gids.push_back({index, gid, "", ""});
        }
    }
    return ports;
}

}  // namespace r1cluster::detail
