#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes recordings of machines that nobody recorded, for tests/facts/described_machines_test.cpp.

Each is a common server in which one thing is odd; MACHINES, and the case of that file, say what. The build writes them
to build/dev/tests/described_machines, where `r1cluster show --from` reads them too.

Usage: describe_machines.py FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GIB = 1 << 30
PCI = "/sys/bus/pci/devices"
VERBS = "/sys/class/infiniband"


@dataclass(frozen=True)
class GpuModel:
    name: str
    device: str
    capability: tuple[int, int]
    memory_mib: int
    nvlinks: int = 0
    nvlink_version: int = 0
    nvlink_mbps: int = 0
    pcie_generation: int = 5


A100_PCIE = GpuModel("NVIDIA A100 80GB PCIe", "0x20b5", (8, 0), 81920, pcie_generation=4)
L40S = GpuModel("NVIDIA L40S", "0x26b9", (8, 9), 46068, pcie_generation=4)
H100 = GpuModel("NVIDIA H100 80GB HBM3", "0x2330", (9, 0), 81559, 18, 6, 26562)
B200 = GpuModel("NVIDIA B200", "0x2901", (10, 0), 183359, 18, 7, 50000)
GB200 = GpuModel("NVIDIA GB200", "0x2941", (10, 0), 189471, 18, 7, 50000)
GTS = {3: "8.0 GT/s PCIe", 4: "16.0 GT/s PCIe", 5: "32.0 GT/s PCIe"}


def cpuinfo(vendor: str, family: int, model: int, name: str) -> str:
    return f"processor : 0\nvendor_id : {vendor}\ncpu family : {family}\nmodel : {model}\nmodel name : {name}\n"


XEON = cpuinfo("GenuineIntel", 6, 143, "Intel(R) Xeon(R) Platinum 8480C")
EPYC = cpuinfo("AuthenticAMD", 25, 17, "AMD EPYC 9554 64-Core Processor")
# Linux on Arm has no "model name".
GRACE = "processor : 0\nFeatures : fp asimd sve2\nCPU implementer : 0x41\nCPU part : 0xd4f\n"


@dataclass
class Host:
    """What a host with two NUMA nodes, an Ethernet port and the open NVIDIA driver answers."""

    cpuinfo: str = XEON
    machine: str = "x86_64"
    sockets: int = 2
    cores: int = 112
    threads: int = 224
    driver: str = "580.95.05"
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    gpus: list[str] = field(default_factory=list)  # addresses
    processes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = {kind: {} for kind in ("files", "links", "listings", "calls")}
        self.add_system()
        self.add_ethernet("eno1", "0000:01:00.0", "10.0.0.1")
        self.list("/sys/class/infiniband")
        self.list("/sys/module", "ib_core", "mlx5_core", "mlx5_ib", "nvidia", "nvidia_peermem", "nvidia_uvm")
        self.call("kallsyms(ib_register_peer_memory_client)", "found")
        for folder in ("/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"):
            self.list(folder)
        self.call("dpkg()", {})

    def answer(self, kind: str, key: str, text: str | None, because: str = "") -> None:
        self.answers[kind][key] = {"text": text, "because": because}

    def file(self, path: str, text: object) -> None:
        self.answer("files", path, f"{text}\n")

    def link(self, path: str, target: str) -> None:
        self.answer("links", path, target)

    def list(self, folder: str, *names: str) -> None:
        known = (self.answers["listings"].get(folder) or {"text": ""})["text"]
        self.answer("listings", folder, "".join(f"{name}\n" for name in sorted({*known.split(), *names})))

    def call(self, call: str, value: object) -> None:
        self.answer("calls", call, value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))

    def refuse(self, call: str, because: str) -> None:
        self.answer("calls", call, None, because)

    def add_system(self) -> None:
        per_node = self.threads // 2
        self.call("gethostname()", "host1")
        self.call(
            "uname()",
            {
                "sysname": "Linux",
                "nodename": "host1",
                "release": "6.8.0-60-generic",
                "version": "#63-Ubuntu SMP",
                "machine": self.machine,
            },
        )
        self.call("getpwuid()", {"name": "user1", "home": "/home/user1"})
        self.call("cpuinfo()", {"processors": self.threads, "sockets": self.sockets, "cores": self.cores})
        for limit in ("RLIMIT_MEMLOCK", "RLIMIT_NOFILE", "RLIMIT_NPROC"):
            self.call(f"getrlimit({limit})", {"soft": None, "hard": None})
        self.file("/etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"')
        self.file("/proc/sys/kernel/random/boot_id", "00000000-0000-4000-8000-000000000001")
        self.answer("files", "/proc/cpuinfo", self.cpuinfo)
        self.file("/proc/meminfo", f"MemTotal: {2 * GIB} kB\nMemAvailable: {2 * GIB - GIB // 64} kB")
        self.file("/proc/self/status", "CapEff:\t000001ffffffffff")
        self.file("/proc/self/cgroup", "0::/user.slice")
        self.file("/proc/1/cgroup", "0::/init.scope")
        self.file(
            "/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:20 / /dev/shm rw - tmpfs tmpfs rw"
        )
        self.call("statvfs(/dev/shm)", {"resolved": "/dev/shm", "total_bytes": 1024 * GIB, "free_bytes": 1024 * GIB})
        self.list("/sys/devices/system/node", "node0", "node1")
        for node in (0, 1):
            folder = f"/sys/devices/system/node/node{node}"
            self.file(f"{folder}/cpulist", f"{node * per_node}-{(node + 1) * per_node - 1}")
            self.file(f"{folder}/meminfo", f"Node {node} MemTotal: {GIB} kB")
            self.file(f"{folder}/distance", "10 21" if node == 0 else "21 10")

    def add_pci(
        self, address: str, parents: list[str], kind: str, device: str, node: int, speed: str, lanes: int = 16
    ) -> None:
        """A function below bridges that exist; the first of `parents` is the root complex."""
        code, vendor, driver = {
            "bridge": ("0x060400", "0x1000", "pcieport"),
            "gpu": ("0x030200", "0x10de", "nvidia"),
            "nvswitch": ("0x068000", "0x10de", "nvidia-nvswitch"),
            "network": ("0x020000", "0x15b3", "mlx5_core"),
            "infiniband": ("0x020700", "0x15b3", "mlx5_core"),
            "efa": ("0x020000", "0x1d0f", "efa"),
        }[kind]
        folder = f"{PCI}/{address}"
        self.list(PCI, address)
        self.link(folder, "../../../devices/" + "/".join([*parents, address]))
        self.link(f"{folder}/driver", f"../../../bus/pci/drivers/{driver}")
        for name, text in {
            "class": code,
            "vendor": vendor,
            "device": device,
            "numa_node": node,
            "current_link_speed": speed,
            "current_link_width": lanes,
            "max_link_speed": speed,
            "max_link_width": 16,
        }.items():
            self.file(f"{folder}/{name}", text)
        if kind == "bridge":
            self.call(f"acs({address})", "none")

    def add_switch(self, bus: int, node: int, below: int, generation: int = 5) -> list[list[str]]:
        """A root port and a PCIe switch with `below` ports; the way to each port."""
        root, port, upstream = f"pci0000:{bus:02x}", f"0000:{bus:02x}:01.0", f"0000:{bus + 1:02x}:00.0"
        self.add_pci(port, [root], "bridge", "0x352a", node, GTS[generation])
        self.add_pci(upstream, [root, port], "bridge", "0xc030", node, GTS[generation])
        ways = []
        for i in range(below):
            downstream = f"0000:{bus + 2:02x}:{i:02x}.0"
            self.add_pci(downstream, [root, port, upstream], "bridge", "0xc030", node, GTS[generation])
            ways.append([root, port, upstream, downstream])
        return ways

    def add_ethernet(self, name: str, address: str, ip: str, way: list[str] | None = None, node: int = 0) -> None:
        way = way or ["pci0000:00", "0000:00:01.0"]
        if way[-1] not in (self.answers["listings"].get(PCI) or {"text": ""})["text"]:
            self.add_pci(way[-1], way[:-1], "bridge", "0x352a", node, GTS[4])
        self.add_pci(address, way, "network", "0x101d", node, GTS[4])
        folder = f"/sys/class/net/{name}"
        self.list("/sys/class/net", name)
        self.list(folder, "address", "device", "type")
        self.link(folder, "../../devices/" + "/".join([*way, address]) + f"/net/{name}")
        self.link(f"{folder}/device", f"../../../{address}")
        self.link(f"{folder}/device/driver", "../../../../bus/pci/drivers/mlx5_core")
        self.add_interface_files(name, 100_000)
        self.file(f"{folder}/device/numa_node", node)
        if ip:
            self.call("getifaddrs()", [{"interface": name, "address": ip, "prefix_length": 24}])
            self.call("links()", [{"name": name, "kind": "", "parent": "", "vlan_id": None}])
            self.call("routes()", {"is_complete": True, "entries": [route("default", name, "", "10.0.0.254")]})
            self.call("route_policies()", [])

    def add_interface_files(self, name: str, speed_mbps: int, mtu: int = 9000) -> None:
        folder = f"/sys/class/net/{name}"
        for file, text in {
            "address": "02:00:00:00:00:01",
            "carrier": 1,
            "flags": "0x1003",
            "mtu": mtu,
            "speed": speed_mbps,
            "type": 1,
        }.items():
            self.file(f"{folder}/{file}", text)

    def add_gpus(self, model: GpuModel, ways: list[list[str]], nodes: list[int]) -> None:
        """One below each way, in NVML's order."""
        call = self.call
        call("nvmlInit_v2()", "0")
        call("nvmlSystemGetDriverVersion()", self.driver)
        call("nvmlSystemGetCudaDriverVersion_v2()", "13000")
        call("nvmlDeviceGetCount_v2()", str(len(ways)))
        self.refuse("getenv(CUDA_VISIBLE_DEVICES)", "not set")
        self.file(
            "/proc/driver/nvidia/version",
            f"NVRM version: NVIDIA UNIX Open Kernel Module for {self.machine} {self.driver}",
        )
        for i, (way, node) in enumerate(zip(ways, nodes, strict=True)):
            address = f"0000:{int(way[-1].split(':')[1], 16) + 1 + i % 4:02x}:00.0"
            self.gpus.append(address)
            self.list("/proc/driver/nvidia/gpus", address)
            self.add_pci(address, way, "gpu", model.device, node, GTS[model.pcie_generation])
            total = model.memory_mib << 20
            call(f"nvmlDeviceGetHandleByIndex_v2({i})", "a handle")
            call(f"nvmlDeviceGetName({i})", model.name)
            call(f"nvmlDeviceGetUUID({i})", f"GPU-00000000-0000-4000-8000-{i + 1:012d}")
            call(f"nvmlDeviceGetPciInfo_v3({i})", f"0000{address}")
            call(f"nvmlDeviceGetMinorNumber({i})", str(i))
            call(f"open(/dev/nvidia{i})", "0")
            call(
                f"nvmlDeviceGetMemoryInfo_v2({i})",
                {"total": total, "free": total - (600 << 20), "used": 0, "reserved": 600 << 20},
            )
            call(
                f"nvmlDeviceGetCudaComputeCapability({i})",
                {"major": model.capability[0], "minor": model.capability[1]},
            )
            call(f"nvmlDeviceGetMigMode({i})", {"current": 0, "pending": 0})
            call(f"nvmlDeviceGetEccMode({i})", {"current": 1, "pending": 1})
            call(f"nvmlDeviceGetPersistenceMode({i})", "1")
            call(f"nvmlDeviceGetComputeMode({i})", "0")
            call(f"nvmlDeviceGetComputeRunningProcesses_v3({i})", [])
            call(f"nvmlDeviceGetCurrPcieLinkWidth({i})", "16")
            call(f"nvmlDeviceGetMaxPcieLinkWidth({i})", "16")
            if model.nvlinks:
                self.add_nvlinks(i, model)

    def add_nvlinks(self, i: int, model: GpuModel, down: tuple[int, ...] = ()) -> None:
        def words(word: object) -> str:
            return " ".join(str(word) for _ in range(model.nvlinks))

        states = " ".join("0" if link in down else "1" for link in range(model.nvlinks))
        values = {
            "NVLINK_GET_STATE": states,
            "NVLINK_GET_VERSION": words(model.nvlink_version),
            "NVLINK_GET_SPEED": words(model.nvlink_mbps),
        }
        self.call(f"nvmlDeviceGetFieldValues({i})", {"values": values, "because": {}})
        self.call(f"nvmlDeviceGetNvLinkRemoteDeviceType({i}, *)", words(2))
        self.call(f"nvmlDeviceGetNvLinkRemotePciInfo_v2({i}, *)", words("FFFFFFFF:FF:FF.0"))
        self.set_fabric(i, state=3)

    def set_fabric(self, i: int, state: int) -> None:
        """1: not started, 2: in progress, 3: completed."""
        self.call(
            f"nvmlDeviceGetGpuFabricInfoV({i})",
            {
                "state": state,
                "status": 0,
                "status_text": "Success",
                "cluster_uuid": "00000000-0000-0000-0000-000000000000",
                "clique_id": 0,
                "health_mask": 0,
            },
        )

    def add_nvswitches(self, count: int) -> None:
        for i in range(count):
            address = f"0000:0{i + 5}:00.0"
            self.add_pci(address, ["pci0000:00", "0000:00:01.0"], "nvswitch", "0x22a3", 0, GTS[3], 2)
            self.file(f"{PCI}/{address}/max_link_width", 2)

    def add_hca(
        self,
        name: str,
        way: list[str],
        node: int,
        rate: str,
        layer: str = "InfiniBand",
        device: int = 0x80,
        netdev: str = "",
        kind: str = "",
    ) -> None:
        bus = int(way[-1].split(":")[1], 16)
        address = f"0000:{bus:02x}:{device >> 3:02x}.{device & 7}" if device != 0x80 else f"0000:{bus + 9:02x}:00.0"
        self.add_pci(
            address, way, kind or ("infiniband" if layer == "InfiniBand" else "network"), "0x1021", node, GTS[5]
        )
        folder = f"{VERBS}/{name}"
        index = len(self.answers["listings"][VERBS]["text"].split())
        self.list(VERBS, name)
        self.link(folder, "../../devices/" + "/".join([*way, address]) + f"/infiniband/{name}")
        self.link(f"{folder}/device/driver", "../../../../bus/pci/drivers/" + ("efa" if kind == "efa" else "mlx5_core"))
        port = f"{folder}/ports/1"
        for file, text in {
            f"{folder}/hca_type": "MT4129",
            f"{folder}/fw_ver": "28.43.2566",
            f"{folder}/board_id": "MT_0000000838",
            f"{folder}/node_guid": f"0000:0000:0000:{index + 1:04x}",
            f"{folder}/sys_image_guid": f"0000:0000:0000:{index + 1:04x}",
            f"{folder}/device/numa_node": node,
            f"{port}/state": "4: ACTIVE",
            f"{port}/phys_state": "5: LinkUp",
            f"{port}/link_layer": layer,
            f"{port}/rate": rate,
            f"{port}/lid": f"0x{index + 1:x}" if layer == "InfiniBand" else "0x0",
            f"{port}/sm_lid": "0x1" if layer == "InfiniBand" else "0x0",
            f"{port}/gids/0": f"fe80:0000:0000:0000:0000:0000:0000:{index + 1:04x}",
            f"{port}/gid_attrs/types/0": "IB/RoCE v1",
            f"{port}/pkeys/0": "0xffff",
            f"/sys/class/infiniband_verbs/uverbs{index}/ibdev": name,
        }.items():
            self.file(file, text)
        if netdev:
            self.file(f"{port}/gid_attrs/ndevs/0", netdev)
        self.list("/sys/class/infiniband_verbs", f"uverbs{index}")
        self.call(f"open(/dev/infiniband/uverbs{index})", "0")
        self.call(f"ibv_open_device({name})", "0")
        self.call(f"ibv_reg_dmabuf_mr({name})", "EBADF")  # of a descriptor that is none: the driver knows the call

    def readings(self) -> dict[str, Any]:
        self.call("processes()", {"sees_host": True, "found": self.processes})
        self.call("ibv_get_device_list()", self.answers["listings"][VERBS]["text"].split())
        return {
            "schema": "r1cluster.readings",
            "version": 1,
            "host": "host1",
            "reader": "described by hand",
            "taken_at": "2026-11-30T00:00:00Z",
            "unreachable_because": "",
            **{kind: dict(sorted(answers.items())) for kind, answers in self.answers.items()},
            "documents": {},
        }


def route(destination: str, interface: str, source: str, gateway: str) -> dict[str, Any]:
    return {
        "destination": destination,
        "interface": interface,
        "source": source,
        "gateway": gateway,
        "table": 254,
        "metric": 0,
    }


NDR = "400 Gb/sec (4X NDR)"
HDR = "200 Gb/sec (4X HDR)"
EDR = "100 Gb/sec (4X EDR)"
NODES = [0, 0, 0, 0, 1, 1, 1, 1]


def hgx(model: GpuModel = H100, gpus: int = 8, **host: Any) -> tuple[Host, list[list[str]]]:
    """GPUs each on a switch of its own that has a free port beside it, and NVSwitches with their fabric manager."""
    made = Host(**host)
    ways = [made.add_switch(0x10 + 0x1A * i, NODES[i], 2) for i in range(gpus)]
    made.add_gpus(model, [way[0] for way in ways], NODES[:gpus])
    made.add_nvswitches(4)
    made.list("/usr/lib/systemd/system", "nvidia-fabricmanager.service")
    made.processes["nv-fabricmanage"] = 1000
    made.call("dpkg()", {"nvidia-fabricmanager-580": f"{made.driver}-1"})
    return made, [way[1] for way in ways]


def pcie_pairs(model: GpuModel, gpus: int, **host: Any) -> tuple[Host, list[list[str]]]:
    """Two GPUs and a free port on each switch, and no NVLink."""
    made = Host(**host)
    switches = [made.add_switch(0x20 + 0x20 * i, 0 if i < gpus // 4 else 1, 3, 4) for i in range(gpus // 2)]
    made.add_gpus(
        model, [way for ways in switches for way in ways[:2]], [0 if i < gpus // 2 else 1 for i in range(gpus)]
    )
    return made, [ways[2] for ways in switches]


def h100_roce_storage() -> Host:
    host, ports = hgx()
    for i, way in enumerate(ports):
        host.add_hca(f"mlx5_{i}", way, NODES[i], NDR, "Ethernet")
    for i in (0, 1):
        way = host.add_switch(0xE4 + 4 * i, i, 1)[0]
        host.add_hca(f"mlx5_{8 + i}", way, i, HDR, "Ethernet", 0)
    return host


def a100_pcie() -> Host:
    return pcie_pairs(A100_PCIE, 8, cpuinfo=EPYC, cores=128, threads=256)[0]


def gb200_fabric_in_progress() -> Host:
    host = Host(cpuinfo=GRACE, machine="aarch64", cores=144, threads=144)
    ways = [host.add_switch(0x10 + 0x1A * i, i // 2, 1)[0] for i in range(4)]
    host.add_gpus(GB200, ways, [0, 0, 1, 1])
    for i in range(4):
        host.set_fabric(i, state=2)
    host.list("/usr/lib/systemd/system", "nvidia-imex.service")
    return host


def b200_management_ports() -> Host:
    host, ports = hgx(B200)
    for i, way in enumerate(ports):
        host.add_hca(f"mlx5_{i}", way, NODES[i], NDR)
    for i, way in enumerate(host.add_switch(0xE4, 0, 4)):
        host.add_hca(f"mlx5_{8 + i}", way, 0, EDR, device=8 * (8 + i))
    return host


def l40s_acs() -> Host:
    host, ports = pcie_pairs(L40S, 4)
    for i, way in enumerate(ports):
        host.add_hca(f"mlx5_{i}", way, i, HDR)
    for call in [call for call in host.answers["calls"] if call.startswith("acs(")]:
        host.call(call, "0x001d")
    return host


def h100_container() -> Host:
    host, ports = hgx()
    for i, way in enumerate(ports):
        host.add_hca(f"mlx5_{i}", way, NODES[i], NDR)
        host.refuse(f"open(/dev/infiniband/uverbs{i})", "No such file or directory")
        host.refuse(f"ibv_open_device(mlx5_{i})", "No such file or directory")
        del host.answers["calls"][f"ibv_reg_dmabuf_mr(mlx5_{i})"]
    host.file("/proc/1/cgroup", "0::/docker/0123456789abcdef")
    host.file("/proc/self/status", "CapEff:\t00000000a80425fb")
    host.call("getrlimit(RLIMIT_MEMLOCK)", {"soft": 8 << 20, "hard": 8 << 20})
    host.call("statvfs(/dev/shm)", {"resolved": "/dev/shm", "total_bytes": 64 << 20, "free_bytes": 64 << 20})
    return host


def h100_mig() -> Host:
    host, _ = hgx()
    host.call("nvmlDeviceGetMigMode(2)", {"current": 1, "pending": 1})
    for i in (0, 1):
        host.call(
            f"nvmlDeviceGetUUID(nvmlDeviceGetMigDeviceHandleByIndex(2, {i}))",
            f"MIG-00000000-0000-4000-8000-{i + 1:012d}",
        )
    return host


def h100_no_fabric_manager() -> Host:
    host, _ = hgx()
    host.processes.clear()
    for i in range(8):
        host.set_fabric(i, state=1)
    return host


def h100_driver_mismatch() -> Host:
    host, _ = hgx()
    for call in [call for call in host.answers["calls"] if call.startswith(("nvml", "open(/dev/nvidia"))]:
        del host.answers["calls"][call]
    host.refuse("nvmlInit_v2()", "Driver/library version mismatch")
    for i, address in enumerate(host.gpus):
        host.file(f"/proc/driver/nvidia/gpus/{address}/information", f"Model: \t\t {H100.name}\nDevice Minor: \t {i}")
    host.link("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "libnvidia-ml.so.580.105.08")
    return host


def h100_lost_gpu() -> Host:
    host, _ = hgx()
    for call in [call for call in host.answers["calls"] if call.startswith("nvmlDevice") and "(5" in call]:
        del host.answers["calls"][call]
    host.refuse("nvmlDeviceGetHandleByIndex_v2(5)", "GPU is lost")
    return host


def h100_bonded_roce() -> Host:
    host, _ = hgx()
    way = host.add_switch(0xE4, 0, 2)
    host.add_ethernet("ens1f0np0", "0000:ee:00.0", "", way[0])
    host.add_ethernet("ens1f1np1", "0000:ee:00.1", "", way[0])
    for member in ("ens1f0np0", "ens1f1np1"):
        host.link(f"/sys/class/net/{member}/master", "../bond0")
    folder = "/sys/class/net/bond0"
    host.list("/sys/class/net", "bond0")
    host.list(folder, "address", "bonding", "type")
    host.link(folder, "../../devices/virtual/net/bond0")
    host.add_interface_files("bond0", 200_000)
    host.file(f"{folder}/bonding/slaves", "ens1f0np0 ens1f1np1")
    host.add_hca("mlx5_bond_0", way[0], 0, HDR, "Ethernet", netdev="bond0")
    return host


def h100_efa() -> Host:
    host, ports = hgx(cpuinfo=EPYC, cores=96, threads=192)
    for i, way in enumerate(ports):
        host.add_hca(f"rdmap{79 + i}s0", way, NODES[i], "100 Gb/sec (4X EDR)", "Unspecified", kind="efa")
    return host


def epyc_without_gpu() -> Host:
    host = Host(cpuinfo=EPYC, cores=128, threads=256)
    host.refuse("nvmlInit_v2()", "libnvidia-ml.so.1 not found")
    host.list("/sys/module", "ib_core", "mlx5_core")
    return host


def h100_worn() -> Host:
    host, _ = hgx()
    host.add_nvlinks(6, H100, down=(4,))
    host.call("nvmlDeviceGetCurrPcieLinkWidth(3)", "8")
    host.file(f"{PCI}/{host.gpus[3]}/current_link_width", 8)
    return host


MACHINES: dict[str, tuple[Callable[[], Host], str]] = {
    "a100-8gpu-pcie": (a100_pcie, "Eight A100 PCIe, two to a switch, without any NVLink."),
    "b200-8gpu-management-ports": (
        b200_management_ports,
        "Eight B200 with four InfiniBand ports that manage NVSwitches and are no rails.",
    ),
    "epyc-without-gpu": (epyc_without_gpu, "Two sockets, no GPU and no NVIDIA driver."),
    "gb200-4gpu-fabric-in-progress": (
        gb200_fabric_in_progress,
        "Four GB200 on an Arm host whose NVLink fabric has not formed; nvidia-imex does not run.",
    ),
    "h100-8gpu-bonded-roce": (h100_bonded_roce, "The only HCA is a bond of two Ethernet ports."),
    "h100-8gpu-container": (
        h100_container,
        "A container without /dev/infiniband, with 64 MiB of /dev/shm and 8 MiB of locked memory.",
    ),
    "h100-8gpu-driver-mismatch": (
        h100_driver_mismatch,
        "The driver's package was upgraded and the host not rebooted: NVML refuses.",
    ),
    "h100-8gpu-efa": (h100_efa, "EFA devices in the place of InfiniBand HCAs."),
    "h100-8gpu-lost": (h100_lost_gpu, "GPU 5 has fallen off the bus."),
    "h100-8gpu-mig": (h100_mig, "GPU 2 is cut into two MIG devices."),
    "h100-8gpu-no-fabricmanager": (h100_no_fabric_manager, "The fabric manager is installed and does not run."),
    "h100-8gpu-roce-storage": (
        h100_roce_storage,
        "RoCE: eight ports of 400 Gb/s beside GPUs, and two of 200 Gb/s for storage.",
    ),
    "h100-8gpu-worn": (h100_worn, "One PCIe link on half of its lanes, and one NVLink down."),
    "l40s-4gpu-acs": (l40s_acs, "ACS redirects traffic between GPUs and HCAs up to the CPU."),
}


def files() -> Iterator[tuple[str, str]]:
    """Path and content."""
    index = {
        "schema": "r1cluster.recording_folder",
        "version": 1,
        "hosts": ["host1"],
        "has_checkpoint": False,
        "probes": [],
    }
    for name, (make, odd) in MACHINES.items():
        yield f"{name}/notes.md", f"# {odd}\n\nNo machine said this: tests/support/describe_machines.py describes it.\n"
        yield f"{name}/recording.json", json.dumps(index, indent=2) + "\n"
        yield f"{name}/host1/readings.json", one_line_each(make().readings())


def one_line_each(readings: dict[str, Any]) -> str:
    """JSON with an answer on each line."""
    parts = []
    for key, value in readings.items():
        if isinstance(value, dict) and value:
            lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(answer)}" for name, answer in value.items())
            parts.append(f"  {json.dumps(key)}: {{\n{lines}\n  }}")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    for path, content in files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
