// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

void set(SettingsByName& settings, std::string name, std::string value, std::string because) {
    Setting setting{
        .name = name, .value = std::move(value), .because = std::move(because), .is_from_user = false, .ours = {}};
    settings.insert_or_assign(std::move(name), std::move(setting));
}

void leave(SettingsByName& settings, std::string name, std::string because) {
    Setting setting{.name = name, .value = {}, .because = std::move(because), .is_from_user = false, .ours = {}};
    settings.insert_or_assign(std::move(name), std::move(setting));
}

void add_network(SettingsByName& settings, const HostInLayout& host, bool is_on_gpus) {
    const HostNetwork& network = host.network;
    if (network.address.empty()) {
        leave(settings, "VLLM_HOST_IP", "the address of this host towards its peers is not known");
    } else {
        set(settings, "VLLM_HOST_IP", network.address, network.address_because);
    }
    if (network.interface.empty()) {
        leave(settings, "GLOO_SOCKET_IFNAME", network.interface_because);
        if (is_on_gpus) leave(settings, "NCCL_SOCKET_IFNAME", network.interface_because);
        return;
    }
    set(settings, "GLOO_SOCKET_IFNAME", network.interface,
        network.interface_because +
            "; Gloo takes the exact name, and without it resolves the hostname, which may be 127.0.1.1");
    if (!is_on_gpus) return;
    set(settings, "NCCL_SOCKET_IFNAME", "=" + network.interface,
        network.interface_because + "; \"=\" because NCCL takes a bare name as a prefix");
    if (network.address.find(':') != std::string::npos) {
        set(settings, "NCCL_SOCKET_FAMILY", "AF_INET6", "the address towards the peers is an IPv6 one");
    }
}

void add_nccl(SettingsByName& settings) {
    leave(settings, "NCCL_IB_HCA",
          "NCCL uses every active port by itself; a name here is a prefix, so \"mlx5\" also takes storage and "
          "management ports, and finds none where they are called ibp... or rocep...");
    leave(
        settings, "NCCL_IB_GID_INDEX",
        "automatic since NCCL 2.21 on RoCE, and meaningless on native InfiniBand; a number is right for one host only");
    leave(settings, "NCCL_IB_DISABLE", "0 is the default; 1 would send everything over TCP");
    leave(settings, "NCCL_P2P_LEVEL",
          "NCCL judges each pair of GPUs itself; NVL sends every pair without NVLink through host memory");
    leave(
        settings, "NCCL_NET_GDR_LEVEL",
        "the default already allows what shares a PCIe switch; a level cannot turn GPUDirect on, only move its limit");
    set(settings, "NCCL_DEBUG", "INFO",
        "NCCL falls back to TCP without a word; these lines are how `diagnose` proves which transport was really used");
    leave(settings, "NCCL_DEBUG_SUBSYS",
          "the default (INIT, BOOTSTRAP, ENV) has the channel lines; a list of ours would hide others");
}

std::string visible_devices(const HostInLayout& host) {
    std::string list;
    for (const RankPlacement* rank : host.ranks) {
        if (rank->gpu) list += (list.empty() ? "" : ",") + std::to_string(*rank->gpu);
    }
    return list;
}

void add_gpus(SettingsByName& settings, const HostInLayout& host) {
    std::string all;
    if (host.machine) {
        for (std::size_t i = 0; i < host.machine->gpus.size(); ++i) all += (i ? "," : "") + std::to_string(i);
    }
    const std::string ours = visible_devices(host);
    if (!host.spec->gpus && ours == all) {
        leave(settings, "CUDA_VISIBLE_DEVICES", "the layout uses every GPU of the host");
        return;
    }
    set(settings, "CUDA_VISIBLE_DEVICES", ours,
        host.spec->gpus ? "the spec says which GPUs of this host may be used"
                        : "the layout does not use every GPU of the host");
    set(settings, "CUDA_DEVICE_ORDER", "PCI_BUS_ID",
        "the numbers are NVML's, which go by PCI address; CUDA's own order puts the fastest first");
}

void add_cpu(SettingsByName& settings, const DeploymentSpec& spec, const HostInLayout& host) {
    const std::size_t nodes = host.machine ? host.machine->numa_nodes.size() : 0;
    if (host.is_shared_machine) {
        set(settings, "VLLM_CPU_OMP_THREADS_BIND", "nobind",
            "hosts of this deployment share one machine, and each would bind its threads to the same cores");
    } else if (nodes < static_cast<std::size_t>(host.ranks_on_machine)) {
        set(settings, "VLLM_CPU_OMP_THREADS_BIND", "nobind",
            fmt::format("{} ranks on {} NUMA nodes: the engine binds one rank to a node, and refuses more",
                        host.ranks_on_machine, nodes));
    } else {
        leave(settings, "VLLM_CPU_OMP_THREADS_BIND", "the engine binds each rank to a NUMA node of its own");
    }
    const int threads = host.machine ? host.machine->cpu.threads : 0;
    set(settings, "OMP_NUM_THREADS", std::to_string(std::max(1, threads / std::max(1, host.ranks_on_machine))),
        threads > 0 ? fmt::format("{} threads of the machine among {} ranks on it", threads, host.ranks_on_machine)
                    : "how many threads the machine has could not be seen");
    constexpr std::uint64_t gib = 1ull << 30;
    const std::uint64_t bytes = spec.engine.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes);
    std::string because = spec.engine.kv_cache_bytes ? "kv_cache_bytes of the spec"
                                                     : "a KV cache of 1 GiB a rank unless the spec says otherwise";
    if (bytes % gib != 0) because += fmt::format(", {} bytes, rounded up: the engine reads whole GiB", bytes);
    set(settings, "VLLM_CPU_KVCACHE_SPACE", std::to_string((bytes + gib - 1) / gib), because);
}

void add_engine(SettingsByName& settings, const Layout& layout) {
    for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
        set(settings, name, "1", "the checkpoint is a local folder; nothing is looked up outside");
    }
    for (const char* name : {"VLLM_NO_USAGE_STATS", "DO_NOT_TRACK"}) {
        set(settings, name, "1", "nothing about the hosts leaves them");
    }
    set(settings, "PYTHONUNBUFFERED", "1", "the last lines before a crash are in the log");
    set(settings, "VLLM_CACHE_ROOT", "{state}/cache",
        "code compiled for one layout breaks another (\"invalid device ordinal\"), so each deployment has its own "
        "cache");
    if (layout.is_engine_default_partition) return;
    set(settings, "VLLM_PP_LAYER_PARTITION", fmt::format("{}", fmt::join(layout.layers_per_stage, ",")),
        "the layers of each stage are not the engine's own split; every rank must be told the same");
}

}  // namespace

SettingsByName our_settings(const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host) {
    SettingsByName settings;
    const bool is_on_gpus =
        std::ranges::any_of(host.ranks, [](const RankPlacement* rank) { return rank->gpu.has_value(); });
    add_network(settings, host, is_on_gpus);
    if (is_on_gpus) {
        add_nccl(settings);
        add_gpus(settings, host);
    } else {
        add_cpu(settings, spec, host);
    }
    add_engine(settings, layout);
    return settings;
}

}  // namespace r1cluster::detail
