// SPDX-License-Identifier: Apache-2.0
#include "facts/gpu_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <span>

namespace r1cluster::detail {
namespace {

using namespace std::literals;

std::string word(std::span<const std::string_view> words, int number) {
    const auto place = static_cast<std::size_t>(number);
    return number >= 0 && place < words.size() ? std::string(words[place]) : "";
}

}  // namespace

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

std::string virtualization_word(int mode) { return word(virtualization_words, mode); }

std::string compute_mode_word(int mode) { return word(compute_mode_words, mode); }

std::vector<std::string> fabric_health_words(std::uint32_t mask) {
    // Four bits: 0 not supported, 1 none.
    static constexpr std::array configurations{""sv,
                                               ""sv,
                                               "system GUID"sv,
                                               "chassis serial number"sv,
                                               "no partition"sv,
                                               "too few NVLinks"sv,
                                               "firmware"sv,
                                               "GPU location"sv,
                                               "GPU state"sv};
    std::vector<std::string> words;
    // Two bits each: 0 not supported, 1 true, 2 false.
    for (std::size_t i = 0; i < fabric_flaws.size(); ++i) {
        if ((mask >> (2 * i) & 3U) == 1) words.emplace_back(fabric_flaws[i].ours);
    }
    const auto configuration = mask >> 8U & 0xFU;
    if (configuration > 1) {
        const std::string what = word(configurations, static_cast<int>(configuration));
        words.push_back("incorrect configuration: " + (what.empty() ? std::to_string(configuration) : what));
    }
    return words;
}

std::vector<std::string> throttle_words(std::uint64_t reasons) {
    std::vector<std::string> found;
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t reason = 1ULL << bit;
        if ((reasons & reason) == 0) continue;
        found.push_back(bit < throttle_reasons.size() ? std::string(throttle_reasons[bit].ours)
                                                      : fmt::format("reason {:#x}", reason));
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
