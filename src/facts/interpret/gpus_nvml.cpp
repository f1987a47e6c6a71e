// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/enum_words.hpp"
#include "facts/gpu_words.hpp"
#include "facts/interpret/gpus.hpp"
#include "readings/pci_names.hpp"
#include "readings/reason.hpp"

namespace r1cluster::detail {
namespace {

/// 13000 -> "13.0" (1000 * major + 10 * minor)
std::string cuda_version(const std::string& number) {
    const auto value = number_of<int>(number);
    return value && *value > 0 ? fmt::format("{}.{}", *value / 1000, *value % 1000 / 10) : "";
}

/// NVML's reasons that say of a GPU that it has no such thing; the second is for a link that is not there.
bool is_absent(const Answer& answer) {
    const auto code = code_of(answer);
    return code == ReasonCode::not_supported || code == ReasonCode::invalid_argument;
}

/// Facts without which a GPU cannot be judged: each that is missing is a Gap of its own, which checks look up.
std::string about(NvmlSaid& nvml, std::string_view function, std::string_view key, std::string_view what) {
    const std::string call = nvml.call(function);
    const auto text = nvml.answers().call(call);
    if (!text) nvml.answers().gap(gpu_topic(nvml.index(), key, what), nvml.answers().why_no_call(call));
    return text.value_or("");
}

void interpret_memory(NvmlSaid& nvml, Gpu& gpu) {
    HostAnswers& answers = nvml.answers();
    const Topic topic = gpu_topic(gpu.nvml_index, "memory", "memory");
    const std::string call = nvml.call("nvmlDeviceGetMemoryInfo_v2");
    if (const auto memory = answers.shaped<calls::NvmlMemory>(call, topic)) {
        gpu.memory_bytes = memory->total;
        gpu.memory_free_bytes = memory->free;
        gpu.memory_used_bytes = memory->used;
        gpu.memory_reserved_bytes = memory->reserved;
    } else if (const auto old = answers.shaped<calls::NvmlMemory>(nvml.call("nvmlDeviceGetMemoryInfo"), topic)) {
        // What is used and what is reserved cannot be told apart.
        gpu.memory_bytes = old->total;
        gpu.memory_free_bytes = old->free;
    } else if (!answers.call(call)) {
        answers.gap(topic, answers.why_no_call(call));
    }
}

void interpret_numa(NvmlSaid& nvml, Gpu& gpu) {
    HostAnswers& answers = nvml.answers();
    const auto node =
        number_of<int>(answers.file("/sys/bus/pci/devices/" + gpu.pci_address + "/numa_node").value_or(""));
    if (node && *node >= 0) {
        gpu.numa_node = node;
    } else if (const auto nodes = answers.shaped<std::vector<std::uint64_t>>(
                   nvml.call("nvmlDeviceGetMemoryAffinity", "NVML_AFFINITY_SCOPE_NODE"),
                   gpu_topic(gpu.nvml_index, "numa_node", "NUMA node"))) {
        // -1 in sysfs: the firmware does not say, as in many VMs. NVML then names the only node, or all of them.
        gpu.numa_node = number_of<int>(list_of_bits(*nodes));
    }
    if (const auto cpus = answers.file("/sys/bus/pci/devices/" + gpu.pci_address + "/local_cpulist")) {
        gpu.cpu_affinity = *cpus;
    } else if (const auto bits = nvml.shaped<std::vector<std::uint64_t>>("nvmlDeviceGetCpuAffinity", "CPU affinity")) {
        gpu.cpu_affinity = list_of_bits(*bits);
    }
}

void interpret_mig(NvmlSaid& nvml, Gpu& gpu) {
    HostAnswers& answers = nvml.answers();
    const std::string call = nvml.call("nvmlDeviceGetMigMode");
    const Topic topic = gpu_topic(gpu.nvml_index, "mig", "MIG mode");
    if (const auto mig = answers.shaped<calls::NvmlMode>(call, topic)) {
        gpu.is_mig_enabled = mig->current != 0;
        gpu.is_mig_pending = mig->pending != 0;
    } else if (const auto found = answers.readings().calls.find(call);
               found != answers.readings().calls.end() && !found->second.text) {
        if (is_absent(found->second)) {
            gpu.is_mig_enabled = gpu.is_mig_pending = false;  // this kind of GPU has no such mode
        } else {
            answers.gap(topic, answers.why_no_call(call));
        }
    }
    if (!gpu.is_mig_enabled.value_or(false)) return;
    constexpr int max_mig_devices = 16;
    for (int i = 0; i < max_mig_devices; ++i) {
        const auto uuid = answers.call(
            fmt::format("nvmlDeviceGetUUID(nvmlDeviceGetMigDeviceHandleByIndex({}, {}))", gpu.nvml_index, i));
        if (uuid) gpu.mig_devices.push_back(*uuid);
    }
}

/// Nullopt: NVML has no more than a number for it.
std::optional<Gpu> gpu_of(HostAnswers& answers, GpuGaps& gaps, int index) {
    NvmlSaid nvml(answers, gaps, index);
    const auto has = [&](std::string_view function) { return answers.call(nvml.call(function)).has_value(); };
    if (!has("nvmlDeviceGetName") && !has("nvmlDeviceGetUUID") && !has("nvmlDeviceGetPciInfo_v3")) return std::nullopt;
    Gpu gpu;
    gpu.nvml_index = index;
    gpu.name = about(nvml, "nvmlDeviceGetName", "name", "name");
    gpu.uuid = about(nvml, "nvmlDeviceGetUUID", "uuid", "UUID");
    gpu.pci_address = sysfs_pci_address(about(nvml, "nvmlDeviceGetPciInfo_v3", "pci_address", "PCI address"));
    interpret_memory(nvml, gpu);
    const Topic topic = gpu_topic(index, "compute_capability", "compute capability");
    const std::string capability = nvml.call("nvmlDeviceGetCudaComputeCapability");
    if (const auto found = answers.shaped<calls::NvmlComputeCapability>(capability, topic)) {
        gpu.compute_capability = fmt::format("{}.{}", found->major, found->minor);
    } else if (!answers.call(capability)) {
        answers.gap(topic, answers.why_no_call(capability));
    }
    interpret_mig(nvml, gpu);
    interpret_numa(nvml, gpu);
    interpret_gpu_state(nvml, gpu);
    interpret_gpu_links(nvml, gpu);
    interpret_gpu_processes(nvml, gpu);
    return gpu;
}

void interpret_peers(HostAnswers& answers) {
    std::vector<Gpu>& gpus = answers.machine().gpus;
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            const std::string pair = fmt::format("({}, {}", gpus[a].nvml_index, gpus[b].nvml_index);
            const auto number = [&](const std::string& call) {
                return number_of<int>(answers.call(call).value_or("")).value_or(-1);
            };
            const auto status = [&](const char* ability) {
                return peer_access_of_number(
                    number("nvmlDeviceGetP2PStatus" + pair + ", NVML_P2P_CAPS_INDEX_" + ability + ")"));
            };
            gpus[a].peers.push_back({gpus[b].nvml_index,
                                     ancestor_word(number("nvmlDeviceGetTopologyCommonAncestor" + pair + ")")),
                                     status("READ"), status("WRITE"), status("NVLINK"), status("ATOMICS")});
        }
    }
}

void interpret_versions(HostAnswers& answers) {
    Machine& machine = answers.machine();
    machine.gpu_driver_version = answers.call("nvmlSystemGetDriverVersion()").value_or("");
    if (machine.gpu_driver_version.empty())
        answers.gap({"driver.version", "GPU driver version"}, answers.why_no_call("nvmlSystemGetDriverVersion()"));
    machine.cuda_driver_version = cuda_version(answers.call("nvmlSystemGetCudaDriverVersion_v2()").value_or(""));
    if (machine.cuda_driver_version.empty()) {
        answers.gap({"driver.cuda_version", "CUDA driver version"},
                    answers.why_no_call("nvmlSystemGetCudaDriverVersion_v2()"));
    }
}

/// Why there are no facts about a GPU that is counted.
Reason why_lost(const HostAnswers& answers, int index) {
    for (const char* function : {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetName"}) {
        const auto found = answers.readings().calls.find(fmt::format("{}({})", function, index));
        if (found != answers.readings().calls.end() && !found->second.text) return reason_of(found->second);
    }
    return was_not_read(fmt::format("nvmlDeviceGetName({})", index));
}

}  // namespace

std::optional<std::string> NvmlSaid::text(std::string_view function, const std::string& what, std::string_view more) {
    const auto& calls = answers_.readings().calls;
    const auto found = calls.find(call(function, more));
    if (found == calls.end()) return std::nullopt;
    const Answer& answer = found->second;
    if (!answer.text && !is_absent(answer)) gaps_.add(index_, what, reason_of(answer));
    return answer.text;
}

int interpret_nvml(HostAnswers& answers) {
    interpret_versions(answers);
    const auto count = number_of<int>(answers.call("nvmlDeviceGetCount_v2()").value_or(""));
    if (!count || *count < 0)
        answers.gap({"gpus", "gpus"}, answers.why_no_call("nvmlDeviceGetCount_v2()"), "nvidia-smi");
    GpuGaps gaps;
    int lost = 0;
    for (int index = 0; index < std::min(count.value_or(0), max_gpus); ++index) {
        const auto& calls = answers.readings().calls;
        const auto handle = calls.find(fmt::format("nvmlDeviceGetHandleByIndex_v2({})", index));
        const bool has_handle = handle == calls.end() || handle->second.text;
        if (auto gpu = has_handle ? gpu_of(answers, gaps, index) : std::nullopt) {
            answers.machine().gpus.push_back(std::move(*gpu));
        } else {
            ++lost;
            const Reason because = why_lost(answers, index);
            const bool is_forbidden = because.code == ReasonCode::no_permission;
            answers.gap({fmt::format("gpu.{}", index), fmt::format("GPU {}", index)}, because,
                        is_forbidden ? "run the container with --gpus all" : "nvidia-smi; dmesg | grep Xid");
        }
    }
    if (count.value_or(0) > max_gpus)
        answers.gap({"gpus", "gpus"}, fmt::format("{} GPUs, of which {} are read", *count, max_gpus));
    gaps.write(answers);
    interpret_peers(answers);
    return lost;
}

}  // namespace r1cluster::detail
