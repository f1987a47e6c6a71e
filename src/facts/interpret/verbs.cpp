// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "facts/interpret/verbs.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

// Numbers of <infiniband/verbs.h>; written out because core reads recordings on any system.
HcaPortState state_of(int number) {
    using enum HcaPortState;
    constexpr HcaPortState states[] = {nop, down, init, armed, active, active_defer};
    return number >= 0 && number < 6 ? states[number] : unknown;
}

LinkLayer link_layer_of(int number) {
    return number == 1 ? LinkLayer::infiniband : number == 2 ? LinkLayer::ethernet : LinkLayer::unknown;
}

std::optional<int> mtu_of(int number) {
    return number >= 1 && number <= 5 ? std::optional(128 << number) : std::nullopt;  // 1 is 256, 5 is 4096
}

std::optional<double> rate_of(const calls::VerbsPort& port) {
    const auto lanes = [&]() -> double {
        switch (port.active_width) {
            case 1: return 1;
            case 2: return 4;
            case 4: return 8;
            case 8: return 12;
            case 16: return 2;
            default: return 0;
        }
    }();
    const auto lane_gbps = [&]() -> double {
        switch (port.active_speed) {
            case 1: return 2.5;
            case 2: return 5;
            case 4:
            case 8: return 10;
            case 16: return 14;
            case 32: return 25;
            case 64: return 50;
            case 128: return 100;
            default: return 0;  // XDR does not fit the old field, and reads 0
        }
    }();
    return lanes * lane_gbps > 0 ? std::optional(lanes * lane_gbps) : std::nullopt;
}

void disagree(HostAnswers& answers, const Topic& topic, const std::string& sysfs, const std::string& verbs) {
    answers.gap(topic, fmt::format("sysfs says {}, libibverbs says {}", sysfs, verbs),
                "read again: it may have changed");
}

/// Takes the word of verbs where sysfs has none.
void settle(HostAnswers& answers, const Topic& topic, std::string& fact, const std::string& verbs) {
    if (fact.empty()) {
        fact = verbs;
    } else if (!verbs.empty() && fact != verbs) {
        disagree(answers, topic, fact, verbs);
    }
}

template <class Enum>
void settle(HostAnswers& answers, const Topic& topic, Enum& fact, Enum verbs) {
    if (fact == Enum::unknown) {
        fact = verbs;
    } else if (verbs != Enum::unknown && fact != verbs) {
        disagree(answers, topic, std::string(to_text(fact)), std::string(to_text(verbs)));
    }
}

void settle_port(HostAnswers& answers, const std::string& hca, HcaPort& port) {
    const Topic topic{fmt::format("hca.{}.port.{}", hca, port.number), fmt::format("HCA {} port {}", hca, port.number)};
    const std::string call = fmt::format("ibv_query_port({}, {})", hca, port.number);
    const auto seen = answers.shaped<calls::VerbsPort>(call, topic);
    if (!seen) return;
    settle(answers, topic, port.state, state_of(seen->state));
    settle(answers, topic, port.link_layer, link_layer_of(seen->link_layer));
    port.active_mtu = mtu_of(seen->active_mtu);
    const auto rate = rate_of(*seen);
    if (!port.rate_gbps) port.rate_gbps = rate;
    // The old field of verbs has no room for XDR; and some print an FDR lane as 14, others as 14.0625 Gb/s.
    const bool is_comparable = rate && port.rate_text.find("XDR") == std::string::npos;
    if (is_comparable && std::max(*rate, *port.rate_gbps) - std::min(*rate, *port.rate_gbps) > 0.02 * *rate) {
        disagree(answers, topic, fmt::format("{} Gb/s", *port.rate_gbps), fmt::format("{} Gb/s", *rate));
    }
    if (!port.lid) port.lid = seen->lid;
    if (!port.sm_lid) port.sm_lid = seen->sm_lid;
}

void settle_hca(HostAnswers& answers, Hca& hca) {
    if (const auto seen = answers.shaped<calls::VerbsDevice>("ibv_query_device(" + hca.name + ")",
                                                             {"hca." + hca.name, "HCA " + hca.name})) {
        settle(answers, {"hca." + hca.name + ".firmware", "firmware of HCA " + hca.name}, hca.firmware_version,
               seen->firmware_version);
    }
    for (HcaPort& port : hca.ports) settle_port(answers, hca.name, port);
    const auto trial = answers.call("ibv_reg_dmabuf_mr(" + hca.name + ")");
    if (trial) hca.is_dmabuf_supported = *trial == "EBADF";
}

}  // namespace

void compare_with_verbs(HostAnswers& answers) {
    constexpr auto list = "ibv_get_device_list()";
    const auto names = answers.shaped<std::vector<std::string>>(list, {"libibverbs", "libibverbs"});
    if (!names) {
        if (!answers.call(list)) {
            answers.gap({"libibverbs", "libibverbs"}, answers.why_no_call(list),
                        "apt install libibverbs1 ibverbs-providers");
        }
        return;
    }
    std::vector<std::string> unlisted, without_trial;
    for (Hca& hca : answers.machine().hcas) {
        if (std::find(names->begin(), names->end(), hca.name) == names->end()) {
            unlisted.push_back(hca.name);
            continue;
        }
        settle_hca(answers, hca);
        if (!hca.is_dmabuf_supported) without_trial.push_back(hca.name);
    }
    if (!unlisted.empty()) {
        answers.gap({"libibverbs", "libibverbs"},
                    fmt::format("it does not list {}, which sysfs shows", few_of(unlisted)),
                    "apt install ibverbs-providers; give the container /dev/infiniband");
    }
    if (!without_trial.empty()) {
        const std::string& first = without_trial.front();
        const std::string open = "ibv_open_device(" + first + ")";
        answers.gap(
            {"hcas.dmabuf", "DMA-BUF of HCAs"},
            fmt::format("{}: {}", few_of(without_trial),
                        answers.why_no_call(answers.call(open) ? "ibv_reg_dmabuf_mr(" + first + ")" : open).text));
    }
}

}  // namespace r1cluster::detail
