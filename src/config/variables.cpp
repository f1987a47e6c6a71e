// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/registry/registry.hpp"

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

void add_cpu(SettingsByName& settings, const HostInLayout& host) {
    const int threads = host.machine ? host.machine->cpu.threads.value_or(0) : 0;
    set(settings, "OMP_NUM_THREADS", std::to_string(std::max(1, threads / std::max(1, host.ranks_on_machine))),
        threads > 0 ? fmt::format("{} threads of the machine among {} ranks on it", threads, host.ranks_on_machine)
                    : "how many threads the machine has could not be seen");
}

void add_python(SettingsByName& settings) {
    for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
        set(settings, name, "1", "the checkpoint is a local folder; nothing is looked up outside");
    }
    set(settings, "DO_NOT_TRACK", "1", "nothing about the hosts leaves them");
    set(settings, "PYTHONUNBUFFERED", "1", "the last lines before a crash are in the log");
}

void add_engine(SettingsByName& settings, const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host,
                bool is_on_gpus) {
    const EngineDefinition* engine = find_engine(layout.engine.name);
    if (!engine || !engine->launch) return;  // plan_launch() refuses it
    VariableRequest request;
    request.address = host.network.address;
    request.address_because = host.network.address_because;
    request.is_on_gpus = is_on_gpus;
    request.is_shared_machine = host.is_shared_machine;
    request.ranks_on_machine = host.ranks_on_machine;
    request.numa_nodes = host.machine ? host.machine->numa_nodes.size() : 0;
    request.kv_cache_bytes = spec.engine.kv_cache_bytes;
    if (!layout.is_engine_default_partition) request.partition = layout.layers_per_stage;
    for (EngineVariable& variable : engine->launch->variables(request)) {
        if (variable.value) {
            set(settings, std::move(variable.name), std::move(*variable.value), std::move(variable.because));
        } else {
            leave(settings, std::move(variable.name), std::move(variable.because));
        }
    }
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
        add_cpu(settings, host);
    }
    add_python(settings);
    add_engine(settings, spec, layout, host, is_on_gpus);
    return settings;
}

}  // namespace r1cluster::detail
