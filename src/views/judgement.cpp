// SPDX-License-Identifier: Apache-2.0
#include "views/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/registry/registry.hpp"
#include "facts/device_words.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

/// The HCAs between machines: those of the role, or all that are up where no role is known.
std::vector<const Hca*> fabric_hcas(const Machine& machine) {
    std::vector<const Hca*> compute, up;
    for (const Hca& hca : machine.hcas) {
        const HcaPort* port = main_port(hca);
        if (!port || port->state != HcaPortState::active) continue;
        if (hca.role == HcaRole::compute) compute.push_back(&hca);
        if (hca.role == HcaRole::unknown) up.push_back(&hca);
    }
    return compute.empty() ? up : compute;
}

/// "8 x 400 Gb/s InfiniBand" for each kind.
std::string rails_text(const std::vector<const Hca*>& hcas) {
    std::map<std::string, int> counts;
    for (const Hca* hca : hcas) {
        const HcaPort& port = *main_port(*hca);
        ++counts[fmt::format("{} {}", rate_text(port.rate_gbps),
                             port.link_layer == LinkLayer::unknown ? "HCA" : to_text(port.link_layer))];
    }
    std::vector<std::string> texts;
    for (const auto& [kind, count] : counts) texts.push_back(fmt::format("{} x {}", count, kind));
    return joined(texts, " and ");
}

/// How many GPUs reach one of these HCAs with GPUDirect RDMA; nothing where that could not be seen for one of them.
std::string judged_gpudirect_text(const Machine& machine, const std::vector<const Hca*>& hcas) {
    std::set<std::string> names;
    for (const Hca* hca : hcas) names.insert(device_name(*hca));
    std::size_t with = 0;
    for (const Gpu& gpu : machine.gpus) {
        bool has_one = false, is_known = false;
        for (const NearHca& near : gpu.hcas) {
            if (!names.count(near.hca)) continue;
            has_one = has_one || near.uses_gpudirect.value_or(false);
            is_known = is_known || near.uses_gpudirect.has_value();
        }
        if (!is_known) return "";
        if (has_one) ++with;
    }
    if (machine.gpus.empty()) return "";
    if (with == machine.gpus.size()) return " with GPUDirect RDMA";
    return with == 0 ? " without GPUDirect RDMA"
                     : fmt::format(" with GPUDirect RDMA for {} of {} GPUs", with, machine.gpus.size());
}

std::string devices_text(const Machine& machine) {
    if (machine.gpus.empty()) {
        std::string text = machine.gpu_driver_version.empty() ? "no GPU seen" : "no GPU";
        if (const auto& threads = machine.cpu.threads) {
            text += ", " + plural(static_cast<std::size_t>(std::max(*threads, 0)), "CPU thread");
        }
        return machine.memory_bytes ? text + ", " + short_bytes(*machine.memory_bytes) : text;
    }
    std::uint64_t memory_bytes = 0;
    for (const Gpu& gpu : machine.gpus) memory_bytes += gpu.memory_bytes.value_or(0);
    std::string text = gpu_models(machine);
    if (!link_kinds(machine).empty()) text += " over " + link_kinds(machine);
    return memory_bytes > 0 ? text + ", " + short_bytes(memory_bytes) : text;
}

}  // namespace

std::string engine_packages(const EngineEnvironment& engine) {
    std::vector<std::string> texts;
    const auto add = [&](const std::string& name) {
        const auto found = engine.packages.find(name);
        if (found != engine.packages.end()) texts.push_back(fmt::format("{} {}", name, found->second));
    };
    for (const EngineDefinition* one : engines()) {
        for (const std::string_view distribution : one->distributions) add(std::string(distribution));
    }
    for (const char* name : {"torch", "ray", "nvidia-nccl-cu12", "nvidia-nccl-cu13"}) add(name);
    return joined(texts);
}

std::string judgement(const Machine& machine) {
    if (!machine.is_reached()) return "not reached: " + machine.unreachable_because;
    std::string text = devices_text(machine);
    if (const auto hcas = fabric_hcas(machine); !hcas.empty()) {
        text += ", " + rails_text(hcas) + judged_gpudirect_text(machine, hcas);
    }
    if (!machine.gpu_driver_version.empty()) text += ", driver " + machine.gpu_driver_version;
    std::vector<std::string> flaws;
    if (!machine.problems.empty()) flaws.push_back(plural(machine.problems.size(), "problem"));
    if (!machine.gaps.empty()) flaws.push_back(plural(machine.gaps.size(), "thing") + " not seen");
    return flaws.empty() ? text : text + "; " + joined(flaws);
}

}  // namespace r1cluster::detail
