// SPDX-License-Identifier: Apache-2.0
#include "views/views_machines.hpp"

#include <fmt/format.h>

#include "facts/devices.hpp"
#include "facts/enum_words.hpp"

using namespace r1cluster;

namespace {

constexpr std::uint64_t gib = 1ULL << 30U;
constexpr PciLink gen5_x16{32, 16, 32, 16}, gen4_x4{16, 4, 16, 4}, gen3_x16{8, 16, 8, 16};

PciDevice pci(const std::string& address, const std::string& parent, PciKind kind, std::optional<int> node,
              const PciLink& link = {}) {
    PciDevice device = machines::pci(address, parent, kind, node);
    device.link = link;
    return device;
}

Gpu gpu(int index, const std::string& name, const std::string& address, std::uint64_t memory_bytes) {
    Gpu gpu = machines::gpu(index, address);
    gpu.uuid = fmt::format("GPU-00000000-0000-0000-0000-{:012}", index);
    gpu.name = name;
    gpu.memory_bytes = memory_bytes;
    gpu.compute_capability.clear();
    return gpu;
}

Hca hca(const std::string& name, const std::string& address, double gbps, LinkLayer layer, HcaRole role,
        std::optional<int> node) {
    Hca hca = machines::hca(name, address, gbps, layer);
    hca.firmware_version = "28.39.1002";
    hca.role = role;
    hca.numa_node = node;
    hca.ports[0].physical_state = "LinkUp";
    return hca;
}

void add_links(Gpu& gpu, int count, NvLinkEnd remote, const std::string& far, int version) {
    for (int i = 0; i < count; ++i) {
        NvLink link;
        link.index = i;
        link.is_active = true;
        link.version = version;
        link.remote = remote;
        link.remote_pci_address = far;
        gpu.nvlinks.push_back(link);
    }
}

/// Two sockets of 48 cores, with hyperthreads.
void add_cpus(Machine& machine) {
    machine.cpu = {"Intel(R) Xeon(R) Platinum 8468", 2, 96, 192, ""};
    machine.numa_nodes = {{0, "0-47,96-143", 1024 * gib, {10, 21}}, {1, "48-95,144-191", 1024 * gib, {21, 10}}};
    machine.memory_bytes = 2048 * gib;
    machine.limits = {unlimited, unlimited, unlimited, unlimited, CpuLimit{0, true}, "", {}};
    machine.memory_available_bytes = 1996 * gib;
    machine.operating_system = "Ubuntu 22.04.4 LTS";
    machine.kernel = "5.15.0-105-generic";
}

}  // namespace

Machine h100_machine() {
    Machine machine;
    machine.host = "node07";
    add_cpus(machine);
    machine.gpu_driver_version = "550.54.15";
    machine.cuda_driver_version = "12.4";
    for (int i = 0; i < 8; ++i) {
        const int bus = 0x15 + 0x10 * i, node = i / 4;
        const auto at = [bus](int above, int device) {
            return fmt::format("0000:{:02x}:{:02x}.0", bus + above, device);
        };
        const std::string root = fmt::format("pci0000:{:02x}", bus);
        machine.pci_devices.push_back(pci(at(0, 1), root, PciKind::bridge, node, gen5_x16));
        machine.pci_devices.push_back(pci(at(1, 0), at(0, 1), PciKind::bridge, node, gen5_x16));
        for (int port = 0; port < 3; ++port)
            machine.pci_devices.push_back(pci(at(2, port), at(1, 0), PciKind::bridge, node, gen5_x16));
        machine.pci_devices.push_back(pci(at(3, 0), at(2, 0), PciKind::gpu, node, gen5_x16));
        machine.pci_devices.push_back(pci(at(4, 0), at(2, 1), PciKind::network, node, gen5_x16));
        machine.pci_devices.push_back(pci(at(5, 0), at(2, 2), PciKind::nvme, node, gen4_x4));
        Gpu one = gpu(i, "NVIDIA H100 80GB HBM3", at(3, 0), 81559ULL << 20U);
        one.numa_node = node;
        one.cpu_affinity = machine.numa_nodes[static_cast<std::size_t>(node)].cpus;
        one.compute_capability = "9.0";
        one.is_ecc_enabled = true;
        one.is_mig_enabled = false;
        one.is_persistent = true;
        one.link = gen5_x16;
        one.power_limit_w = 700;
        one.fabric = GpuFabric{FabricState::completed, "success", "", std::nullopt, {}};
        add_links(one, 18, NvLinkEnd::nvswitch, "0000:05:00.0", 6);
        machine.gpus.push_back(one);
        machine.hcas.push_back(
            hca(fmt::format("mlx5_{}", i), at(4, 0), 400, LinkLayer::infiniband, HcaRole::compute, node));
        machine.hcas.back().role_because = "400 Gb/s InfiniBand on a switch with a GPU";
    }
    for (int i = 0; i < 4; ++i)
        machine.pci_devices.push_back(pci(fmt::format("0000:{:02x}:00.0", 5 + i), "pci0000:00", PciKind::nvswitch, 0));
    machine.pci_devices.push_back(pci("0000:e5:01.0", "pci0000:e5", PciKind::bridge, 0, gen5_x16));
    machine.pci_devices.push_back(pci("0000:e6:00.0", "0000:e5:01.0", PciKind::network, 0, gen5_x16));
    machine.pci_devices.push_back(pci("0000:e8:01.0", "pci0000:e8", PciKind::bridge, 1, gen5_x16));
    machine.pci_devices.push_back(pci("0000:e9:00.0", "0000:e8:01.0", PciKind::network, 1, gen5_x16));
    machine.hcas.push_back(hca("mlx5_8", "0000:e6:00.0", 200, LinkLayer::infiniband, HcaRole::storage, 0));
    machine.hcas.push_back(hca("mlx5_bond_0", "0000:e9:00.0", 100, LinkLayer::ethernet, HcaRole::management, 1));
    machine.hcas[8].role_because = "200 Gb/s, not near a GPU";
    machine.hcas[9].role_because = "a bond with an address of the host";
    for (std::size_t a = 0; a < 8; ++a) {
        Gpu& one = machine.gpus[a];
        for (std::size_t b = a + 1; b < 8; ++b)
            machine.device_paths.push_back(
                {device_name(one), device_name(machine.gpus[b]), "NV18", NcclPath::nvl, 370.8, ""});
        for (const bool is_near : {true, false}) {
            for (std::size_t b = 0; b < machine.hcas.size(); ++b) {
                const Hca& other = machine.hcas[b];
                if ((a == b) != is_near) continue;
                const std::string path = a == b ? "PIX" : one.numa_node == other.numa_node ? "NODE" : "SYS";
                machine.device_paths.push_back(
                    {device_name(one), other.name, path, detail::nccl_path_of(path), {}, ""});
                one.hcas.push_back({other.name, path, detail::nccl_path_of(path), a == b, ""});
            }
        }
    }
    for (std::size_t a = 0; a < machine.hcas.size(); ++a) {
        for (std::size_t b = a + 1; b < machine.hcas.size(); ++b) {
            const std::string path = machine.hcas[a].numa_node == machine.hcas[b].numa_node ? "NODE" : "SYS";
            machine.device_paths.push_back(
                {machine.hcas[a].name, machine.hcas[b].name, path, detail::nccl_path_of(path), {}, ""});
        }
    }
    Nic bond;
    bond.name = "bond0";
    bond.kind = NicKind::bond;
    bond.is_up = true;
    bond.speed_mbps = 100000;
    bond.mtu = 1500;
    bond.lower = {"eth0", "eth1"};
    bond.addresses = {{"10.0.0.7", 24}};
    machine.nics = {bond};
    machine.services = {{"nvidia-fabricmanager", true, "550.54.15", "process 1204"}};
    machine.gpudirect = {true, true, true, false, std::nullopt};
    return machine;
}

Machine broken_h100_machine() {
    Machine machine = h100_machine();
    Gpu& narrow = machine.gpus[3];
    narrow.link.width = 8;
    for (PciDevice& device : machine.pci_devices) {
        if (device.address == narrow.pci_address) device.link.width = 8;
    }
    machine.gpus[6].nvlinks[4].is_active = false;
    machine.hcas[4].ports[0].state = HcaPortState::down;
    machine.hcas[4].ports[0].physical_state = "Polling";
    machine.hcas[4].role = HcaRole::down;
    machine.hcas[4].role_because = "no port is up";
    for (NearHca& near : machine.gpus[4].hcas) near.uses_gpudirect = false;
    machine.problems = {
        {"pcie.width", Severity::warning, "gpu3", "PCIe link at 8 of 16 lanes", "reseat the card or its riser"},
        {"nvlink.down", Severity::warning, "gpu6", "17 of 18 NVLinks are up: link 4 is down",
         "nvidia-smi nvlink -s -i 6; reset the GPU"},
        {"hca.port_down", Severity::warning, "mlx5_4 port 1", "DOWN, polling: no signal from the other end",
         "look at the cable and the switch port"},
    };
    machine.gaps = {{"pci.acs", "ACS of bridges", "PCI config space beyond 64 bytes is for root", "read as root"},
                    {"gpus.state", "GPU processes", "not ours to see", ""}};
    return machine;
}

Machine h200_vm() {
    Machine machine;
    machine.host = "vm";
    machine.cpu = {"INTEL(R) XEON(R) PLATINUM 8558", 1, 16, 32, ""};
    machine.memory_bytes = 377 * gib;
    machine.numa_nodes = {{0, "0-31", 377 * gib, {10}}};
    machine.gpu_driver_version = "580.159.04";
    machine.cuda_driver_version = "13.0";
    machine.container = "docker";
    for (int i = 0; i < 2; ++i) {
        const std::string address = fmt::format("0000:00:0{}.0", 6 + i);
        machine.pci_devices.push_back(pci(address, "pci0000:00", PciKind::gpu, std::nullopt));
        Gpu one = gpu(i, "NVIDIA H200", address, 150754820096);
        one.cpu_affinity = "0-31";
        one.link.max_speed_gts = 32;
        add_links(one, 18, NvLinkEnd::unknown, "", 6);
        machine.gpus.push_back(one);
    }
    machine.pci_devices.push_back(pci("0000:00:03.0", "pci0000:00", PciKind::network, std::nullopt));
    Nic eth0;
    eth0.name = "eth0";
    eth0.kind = NicKind::physical;
    eth0.is_up = true;
    eth0.mtu = 1400;
    eth0.pci_address = "0000:00:03.0";
    machine.nics = {eth0};
    machine.device_paths = {{"gpu0", "gpu1", "NV18", NcclPath::nvl, 370.8, "18 NVLinks to an NVSwitch"},
                            {"gpu0", "0000:00:03.0", "PHB", NcclPath::phb, {}, ""}};
    machine.gaps = {{"gpus.numa_node", "NUMA node of GPUs", "the firmware does not say (-1)",
                     "ask the provider of the virtual machine"}};
    return machine;
}

Machine t4_machine() {
    Machine machine;
    machine.host = "t4box";
    add_cpus(machine);
    machine.gpu_driver_version = "515.105.01";
    machine.cuda_driver_version = "11.7";
    for (int i = 0; i < 4; ++i) {
        const std::string root = fmt::format("pci0000:{:02x}", 0x3a + 0x50 * (i / 2));
        const std::string port = fmt::format("0000:{:02x}:{:02x}.0", 0x3a + 0x50 * (i / 2), i % 2 * 2);
        const std::string address = fmt::format("0000:{:02x}:00.0", 0x3b + 0x50 * (i / 2) + i % 2);
        const PciLink link{8, i == 2 ? 8 : 16, 8, 16};
        machine.pci_devices.push_back(pci(port, root, PciKind::bridge, i / 2, gen3_x16));
        machine.pci_devices.push_back(pci(address, port, PciKind::gpu, i / 2, link));
        Gpu one = gpu(i, "Tesla T4", address, 15360ULL << 20U);
        one.numa_node = i / 2;
        one.cpu_affinity = machine.numa_nodes[static_cast<std::size_t>(i / 2)].cpus;
        one.link = link;
        machine.gpus.push_back(one);
    }
    for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = a + 1; b < 4; ++b) {
            const std::string path = a / 2 == b / 2 ? "PHB" : "SYS";
            machine.device_paths.push_back(
                {device_name(machine.gpus[a]), device_name(machine.gpus[b]), path, detail::nccl_path_of(path), {}, ""});
        }
    }
    machine.problems = {{"pcie.width", Severity::warning, "gpu2", "PCIe link at 8 of 16 lanes", "reseat the card"}};
    return machine;
}

Machine cpu_machine() {
    Machine machine;
    machine.host = "head";
    add_cpus(machine);
    for (int port = 0; port < 2; ++port) {
        const std::string address = fmt::format("0000:17:00.{}", port);
        machine.pci_devices.push_back(pci(address, "0000:16:02.0", PciKind::network, 0, gen3_x16));
        Nic nic;
        nic.name = fmt::format("ens{}np{}", 1, port);
        nic.kind = NicKind::physical;
        nic.is_up = port == 0;
        nic.mtu = 9000;
        nic.speed_mbps = 25000;
        nic.numa_node = 0;
        nic.pci_address = address;
        machine.nics.push_back(nic);
    }
    machine.pci_devices.insert(machine.pci_devices.begin(),
                               pci("0000:16:02.0", "pci0000:16", PciKind::bridge, 0, gen3_x16));
    machine.gaps = {{"gpus", "gpus", "nvmlInit_v2(): libnvidia-ml.so.1 not found", "install the NVIDIA driver"}};
    return machine;
}

Machine machine_of(int gpus, int hcas, int nodes, int per_switch) {
    Machine machine;
    machine.host = fmt::format("{} GPUs, {} HCAs, {} NUMA nodes, {} GPUs on a switch", gpus, hcas, nodes, per_switch);
    for (int i = 0; i < nodes; ++i)
        machine.numa_nodes.push_back({i, fmt::format("{}-{}", 16 * i, 16 * i + 15), 64 * gib, {}});
    const auto node_of = [nodes](int i, int count) {
        return nodes == 0 ? std::nullopt : std::optional(i * nodes / count);
    };
    const int switches = per_switch == 0 ? 0 : (gpus + per_switch - 1) / per_switch;
    const auto parent_of = [&](int i, int count) {
        if (switches == 0) return fmt::format("pci{:04x}:00", i * std::max(nodes, 1) / count);
        return fmt::format("0000:{:02x}:00.0", 16 + i * switches / count);
    };
    for (int i = 0; i < switches; ++i) {
        machine.pci_devices.push_back(pci(fmt::format("0000:{:02x}:00.0", 16 + i),
                                          fmt::format("pci0000:{:02x}", 15 + i), PciKind::bridge, node_of(i, switches),
                                          gen5_x16));
    }
    for (int i = 0; i < gpus; ++i) {
        const std::string address = fmt::format("0001:{:02x}:00.0", i);
        machine.pci_devices.push_back(pci(address, parent_of(i, gpus), PciKind::gpu, node_of(i, gpus), gen5_x16));
        machine.gpus.push_back(gpu(i, "NVIDIA H100 80GB HBM3", address, 80 * gib));
        add_links(machine.gpus.back(), 18, NvLinkEnd::nvswitch, "", 6);
    }
    for (int i = 0; i < hcas; ++i) {
        const std::string address = fmt::format("0002:{:02x}:00.0", i);
        machine.pci_devices.push_back(pci(address, parent_of(i, hcas), PciKind::network, node_of(i, hcas), gen5_x16));
        machine.hcas.push_back(hca(fmt::format("rdmap{}s{}", 79 + i, i), address, 100,
                                   i % 3 == 0 ? LinkLayer::ethernet : LinkLayer::infiniband, HcaRole::compute,
                                   node_of(i, hcas)));
    }
    return machine;
}
