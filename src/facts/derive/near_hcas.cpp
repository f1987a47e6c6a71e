// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "facts/derive/derive.hpp"

namespace r1cluster::detail {
namespace {

/// Something true, false or not known, and why.
struct Term {
    std::optional<bool> holds;
    std::string because;
};

Term peer_memory(const Machine& machine) {
    const GpuDirectRdma& gpudirect = machine.gpudirect;
    if (!gpudirect.is_peermem_loaded) return {std::nullopt, "whether nvidia_peermem is loaded is not known"};
    if (!*gpudirect.is_peermem_loaded) return {false, "nvidia_peermem is not loaded"};
    // NCCL asks for the module only; that it cannot register is a Problem of its own.
    return {true, "nvidia_peermem is loaded"};
}

Term dma_buf(const Machine& machine, const Hca* hca) {
    const GpuDirectRdma& gpudirect = machine.gpudirect;
    if (gpudirect.is_kernel_dmabuf_able == false) return {false, "DMA-BUF needs Linux 5.12"};
    if (gpudirect.is_driver_open == false) return {false, "DMA-BUF needs the open kernel modules of the driver"};
    if (hca && hca->is_dmabuf_supported == false) return {false, "the HCA takes no DMA-BUF"};
    if (gpudirect.is_kernel_dmabuf_able && gpudirect.is_driver_open && hca && hca->is_dmabuf_supported) {
        return {true, "DMA-BUF: kernel, open driver and HCA can"};
    }
    return {std::nullopt, "whether DMA-BUF works is not known"};
}

Term either(const Term& a, const Term& b) {
    if (a.holds.value_or(false)) return a;
    if (b.holds.value_or(false)) return b;
    Term both{std::nullopt, a.because + ", " + b.because};
    if (a.holds && b.holds) both.holds = false;
    return both;
}

/// NCCL's default level is PXB; from 2.29 on it is P2C, which differs on Grace only.
Term is_close(const DevicePath& path) {
    if (path.nccl_path == NcclPath::unknown) return {std::nullopt, "the path is not known"};
    if (is_within(path.nccl_path, NcclPath::pxb)) return {true, fmt::format("path {}", to_text(path.nccl_path))};
    return {false,
            fmt::format("path {} is farther than PXB, NCCL's default for NCCL_NET_GDR_LEVEL", to_text(path.nccl_path))};
}

void judge(const Machine& machine, const Hca* hca, const DevicePath& path, NearHca& near) {
    if (hca && (hca->driver == "efa" || hca->name.starts_with("rdmap") || hca->name.starts_with("efa"))) {
        near.because = "an EFA device, which NCCL reaches by the plugin aws-ofi-nccl: that decides";
        return;
    }
    const Term close = is_close(path);
    const Term support = either(peer_memory(machine), dma_buf(machine, hca));
    if (hca && hca->role == HcaRole::down) {
        near.uses_gpudirect = false;
        near.because = hca->role_because;
    } else if (hca && hca->is_usable == false) {
        near.uses_gpudirect = false;
        near.because = hca->unusable_because;
    } else if (close.holds == false || support.holds == false) {
        near.uses_gpudirect = false;
        near.because = close.holds == false ? close.because : support.because;
    } else {
        if (close.holds && support.holds) near.uses_gpudirect = true;
        near.because = close.because + "; " + support.because;
    }
}

/// Network controllers that most likely are HCAs; looked at where no verbs device tells.
bool may_be_hca(const PciDevice& device) {
    if (device.kind != PciKind::network || !device.physical_function.empty()) return false;
    return device.class_code.starts_with("0x0207") || device.vendor_id == "0x15b3" ||
           device.name.find("Mellanox") != std::string::npos || device.name.find("ConnectX") != std::string::npos ||
           (device.vendor_id == "0x1d0f" && device.device_id.starts_with("0xefa"));
}

/// Digits count as numbers, so that mlx5_2 stands before mlx5_10.
std::pair<std::string, unsigned long> natural(const std::string& name) {
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    const std::string number = name.substr(digits).substr(0, 9);
    return {name.substr(0, digits), number.empty() ? 0 : std::stoul(number)};
}

}  // namespace

void derive_near_hcas(Machine& machine) {
    std::map<std::string_view, const Hca*> hcas;
    for (const Hca& hca : machine.hcas) hcas.emplace(hca.name, &hca);
    std::map<std::string, std::size_t> index_of;
    for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
        machine.gpus[i].hcas.clear();
        index_of.emplace(device_name(machine.gpus[i]), i);
    }
    std::map<std::string_view, const PciDevice*> controllers;
    if (machine.hcas.empty()) {
        for (const PciDevice& device : machine.pci_devices) {
            if (may_be_hca(device)) controllers.emplace(device.address, &device);
        }
    }
    struct Ranked {
        NearHca near;
        double bandwidth;
    };
    std::vector<std::vector<Ranked>> ranked(machine.gpus.size());
    for (const DevicePath& path : machine.device_paths) {
        const auto gpu = index_of.find(path.from);
        const auto hca = hcas.find(path.to);
        if (gpu == index_of.end() || (hca == hcas.end() && !controllers.contains(path.to))) continue;
        Ranked entry{{path.to, path.path, path.nccl_path, std::nullopt, ""},
                     path.nccl_bandwidth_gbytes_per_s.value_or(0)};
        if (hca == hcas.end()) {
            entry.near.because = "no verbs device was seen for this controller";
        } else {
            judge(machine, hca->second, path, entry.near);
        }
        ranked[gpu->second].push_back(std::move(entry));
    }
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        std::stable_sort(ranked[i].begin(), ranked[i].end(), [](const Ranked& a, const Ranked& b) {
            const auto place = [](const Ranked& entry) {
                const bool is_unknown = entry.near.nccl_path == NcclPath::unknown;
                return std::tuple(is_unknown, entry.near.nccl_path, -entry.bandwidth, natural(entry.near.hca));
            };
            return place(a) < place(b);
        });
        for (Ranked& entry : ranked[i]) machine.gpus[i].hcas.push_back(std::move(entry.near));
    }
}

}  // namespace r1cluster::detail
