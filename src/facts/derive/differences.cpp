// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <functional>
#include <set>

#include "engine/names/names.hpp"
#include "facts/derive/derive.hpp"
#include "facts/device_words.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

std::string compute_hcas(const Machine& machine) {
    std::map<std::string, int> counts;
    for (const Hca& hca : machine.hcas) {
        if (hca.role == HcaRole::compute) ++counts[hca.model];
    }
    std::string text;
    for (const auto& [model, count] : counts) text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, model);
    return text.empty() ? "none" : text;
}

/// What all HCAs of one model run; several versions in one host show as several.
std::string hca_firmware(const Machine& machine) {
    std::set<std::string> versions;
    for (const Hca& hca : machine.hcas) {
        if (hca.role == HcaRole::compute && !hca.firmware_version.empty())
            versions.insert(hca.model + " " + hca.firmware_version);
    }
    std::string text;
    for (const std::string& version : versions) text += (text.empty() ? "" : ", ") + version;
    return text;
}

std::string package(const Machine& machine, const std::string& prefix) {
    if (!machine.engine) return "";
    std::string text;
    for (const auto& [name, version] : machine.engine->packages) {
        if (name.starts_with(prefix)) text += (text.empty() ? "" : ", ") + version;
    }
    return text;
}

std::string gpu_memory(const Machine& machine) {
    std::set<std::uint64_t> sizes;
    for (const Gpu& gpu : machine.gpus) {
        if (gpu.memory_bytes) sizes.insert(*gpu.memory_bytes);
    }
    std::string text;
    for (const std::uint64_t size : sizes) text += (text.empty() ? "" : ", ") + format_bytes(size);
    return text;
}

std::string gpudirect(const Machine& machine) {
    int used = 0, unused = 0;
    for (const Gpu& gpu : machine.gpus) {
        if (gpu.hcas.empty() || !gpu.hcas.front().uses_gpudirect) continue;
        ++(*gpu.hcas.front().uses_gpudirect ? used : unused);
    }
    return used + unused == 0 ? "" : fmt::format("{} of {} GPUs", used, used + unused);
}

using Question = std::pair<std::string, std::function<std::string(const Machine&)>>;

const std::vector<Question>& questions() {
    static const std::vector<Question> all = [] {
        std::vector<Question> asked{
            {"GPUs", [](const Machine& machine) { return machine.gpus.empty() ? "none" : gpu_models(machine); }},
            {"memory of a GPU", gpu_memory},
            {"GPU driver", [](const Machine& machine) { return machine.gpu_driver_version; }},
            {"CUDA of the driver", [](const Machine& machine) { return machine.cuda_driver_version; }},
            {"links between GPUs", [](const Machine& machine) { return link_kinds(machine); }},
            {"HCAs for GPUs", compute_hcas},
            {"firmware of these HCAs", hca_firmware},
            {"GPUDirect RDMA", gpudirect},
        };
        for (const EngineName& engine : engine_names()) {
            asked.emplace_back(std::string(engine.title), [prefix = std::string(engine.name)](const Machine& machine) {
                return package(machine, prefix);
            });
        }
        const std::vector<Question> others{
            {"NCCL of the engine", [](const Machine& machine) { return package(machine, "nvidia-nccl"); }},
            {"torch", [](const Machine& machine) { return package(machine, "torch"); }},
            {"kernel", [](const Machine& machine) { return machine.kernel; }},
            {"operating system", [](const Machine& machine) { return machine.operating_system; }},
            {"CPU", [](const Machine& machine) { return machine.cpu.model; }},
        };
        asked.insert(asked.end(), others.begin(), others.end());
        return asked;
    }();
    return all;
}

}  // namespace

void derive_differences(Cluster& cluster) {
    cluster.differences.clear();
    for (const auto& [subject, ask] : questions()) {
        Difference difference{subject, {}};
        std::set<std::string> distinct;
        for (const Machine& machine : cluster.machines) {
            if (!machine.is_reached()) continue;
            // What was not seen on one host differs from nothing.
            const std::string value = ask(machine);
            if (value.empty()) continue;
            distinct.insert(value);
            difference.values.emplace(machine.host, value);
        }
        if (distinct.size() > 1) cluster.differences.push_back(std::move(difference));
    }
}

}  // namespace r1cluster::detail
