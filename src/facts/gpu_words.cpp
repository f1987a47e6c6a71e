// SPDX-License-Identifier: Apache-2.0
#include "facts/gpu_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace r1cluster::detail {
namespace {

std::string word(std::span<const char* const> words, int number) {
    return number >= 0 && static_cast<std::size_t>(number) < words.size() ? words[static_cast<std::size_t>(number)]
                                                                          : "";
}

}  // namespace

std::string sysfs_pci_address(std::string_view bus_id) {
    std::string address(bus_id);
    while (address.find(':') > 4 && address.find(':') != std::string::npos && address.front() == '0')
        address.erase(0, 1);
    std::transform(address.begin(), address.end(), address.begin(), [](unsigned char c) { return std::tolower(c); });
    return address;
}

std::string ancestor_word(int level) {
    switch (level) {
        case 0:  // one board
        case 10: return "PIX";
        case 20: return "PXB";
        case 30: return "PHB";
        case 40: return "NODE";
        case 50: return "SYS";
        default: return "";
    }
}

std::string p2p_word(int status) {
    static constexpr std::array words{"ok",
                                      "chipset not supported",
                                      "GPU not supported",
                                      "IOH topology not supported",
                                      "disabled by regkey",
                                      "not supported",
                                      "unknown"};
    return word(words, status);
}

std::string link_end_word(int type) {
    static constexpr std::array words{"gpu", "cpu", "switch"};
    return word(words, type);
}

std::string virtualization_word(int mode) {
    static constexpr std::array words{"none", "pass-through", "vGPU", "host vGPU", "host vSGA"};
    return word(words, mode);
}

std::string compute_mode_word(int mode) {
    static constexpr std::array words{"default", "exclusive thread", "prohibited", "exclusive process"};
    return word(words, mode);
}

std::string fabric_state_word(int state) {
    static constexpr std::array words{"not supported", "not started", "in progress", "completed"};
    return word(words, state);
}

std::vector<std::string> fabric_health_words(std::uint32_t mask) {
    // Two bits each: 0 not supported, 1 true, 2 false.
    static constexpr std::array flags{"degraded bandwidth", "route recovery in progress", "route unhealthy",
                                      "access timeout recovery in progress"};
    // Four bits: 0 not supported, 1 none.
    static constexpr std::array configurations{"",
                                               "",
                                               "system GUID",
                                               "chassis serial number",
                                               "no partition",
                                               "too few NVLinks",
                                               "firmware",
                                               "GPU location",
                                               "GPU state"};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if ((mask >> (2 * i) & 3U) == 1) words.emplace_back(flags[i]);
    }
    const auto configuration = mask >> 8U & 0xFU;
    if (configuration > 1) {
        const std::string what = word(configurations, static_cast<int>(configuration));
        words.push_back("incorrect configuration: " + (what.empty() ? std::to_string(configuration) : what));
    }
    return words;
}

std::vector<std::string> throttle_words(std::uint64_t reasons) {
    static constexpr std::array words{"idle",
                                      "applications clocks setting",
                                      "software power cap",
                                      "hardware slowdown",
                                      "sync boost",
                                      "software thermal slowdown",
                                      "hardware thermal slowdown",
                                      "hardware power brake slowdown",
                                      "display clock setting"};
    std::vector<std::string> found;
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t reason = 1ULL << bit;
        if ((reasons & reason) == 0) continue;
        found.push_back(bit < words.size() ? words[bit] : fmt::format("reason {:#x}", reason));
    }
    return found;
}

std::optional<double> pcie_speed_gts(int generation) {
    // PCI Express Base Specification 6.0
    static constexpr std::array speeds{2.5, 5.0, 8.0, 16.0, 32.0, 64.0};
    if (generation < 1 || static_cast<std::size_t>(generation) > speeds.size()) return std::nullopt;
    return speeds[static_cast<std::size_t>(generation) - 1];
}

std::string list_of_bits(const std::vector<std::uint64_t>& words) {
    const auto is_set = [&](std::size_t bit) {
        return bit < 64 * words.size() && (words[bit / 64] >> (bit % 64) & 1U) != 0;
    };
    std::string list;
    for (std::size_t first = 0; first < 64 * words.size(); ++first) {
        if (!is_set(first)) continue;
        std::size_t last = first;
        while (is_set(last + 1)) ++last;
        list += fmt::format("{}{}", list.empty() ? "" : ",", first);
        if (last > first) list += fmt::format("-{}", last);
        first = last;
    }
    return list;
}

}  // namespace r1cluster::detail
