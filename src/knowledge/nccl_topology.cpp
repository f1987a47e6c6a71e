// SPDX-License-Identifier: Apache-2.0
#include "knowledge/nccl_topology.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace r1cluster::knowledge {

double nccl_pci_gbytes_per_s(std::optional<double> speed_gts, std::optional<int> width) {
    // GT/s -> 100 Mb/s a lane after encoding.
    constexpr std::array<std::pair<double, int>, 6> rates{
        {{2.5, 15}, {5, 30}, {8, 60}, {16, 120}, {32, 240}, {64, 480}}};
    int rate = 60;
    for (const auto& [gts, per_lane] : rates) {
        if (speed_gts == gts) rate = per_lane;
    }
    return width.value_or(0) > 0 ? *width * rate / 80.0 : 16 * rate / 80.0;
}

double nccl_nvlink_gbytes_per_s(std::string_view compute_capability) {
    int major = 0, minor = 0;
    const char* end = compute_capability.data() + compute_capability.size();
    const auto [dot, error] = std::from_chars(compute_capability.data(), end, major);
    if (error == std::errc{} && dot != end) std::from_chars(dot + 1, end, minor);
    if (major >= 10) return 40.1;
    if (major == 9) return 20.6;
    if (major == 8 && minor == 6) return 12;
    if (major == 6) return 18;
    return 20;
}

double nccl_between_cpus_gbytes_per_s(std::string_view vendor, int family, int model) {
    if (vendor == "AuthenticAMD") return 16;
    if (vendor == "CentaurHauls" || vendor == "  Shanghai  ") return family == 7 && model == 0x5B ? 9 : 6;
    if (vendor == "GenuineIntel") {
        if (family == 6 && model >= 0xCF) return 40;  // Emerald Rapids and newer; a class of its own since 2.26
        if (family == 6 && model >= 0x8F) return 22;  // Sapphire Rapids
        if (family == 6 && model >= 0x55) return 10;  // Skylake server
        return 6;
    }
    if (vendor == "ARM") return 6;
    return nccl_local_gbytes_per_s;
}

}  // namespace r1cluster::knowledge
