# SPDX-License-Identifier: Apache-2.0
"""Path types of NCCL topology files: ours against a second reading of NCCL's rules.

`nccl_paths` follows ncclTopoSetPaths of src/graph/paths.cc step by step (a breadth-first search over the nodes of the
XML), where the library asks for common switches. That the two agree is what is tested.
"""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

import r1cluster

SHARED = Path(os.environ.get("R1CLUSTER_SHARED", Path(__file__).parents[3] / "shared"))
ORDER = ["LOC", "NVL", "NVB", "C2C", "PIX", "PXB", "P2C", "PXN", "PHB", "SYS", "NET", "DIS"]
PCI_RATE = {"2.5": 15, "5": 30, "8": 60, "16": 120, "32": 240, "64": 480}  # 100 Mb/s for a lane
NVLINK = {"60": 18.0, "70": 20.0, "80": 20.0, "86": 12.0, "90": 20.6, "100": 40.1}


class Graph:
    """Nodes of the XML with the links between them, as ncclTopoGetSystemFromXml makes them."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.kind: dict[str, str] = {}
        self.links: dict[str, list[tuple[str, str, float]]] = {}  # node -> (other, link type, GB/s)
        cpus = root.findall("cpu")
        for index, cpu in enumerate(cpus):
            self.add(f"cpu{index}", "CPU")
            for pci in cpu.findall("pci"):
                self.add_pci(pci, f"cpu{index}")
        for a in range(len(cpus)):
            for b in range(len(cpus)):
                if a != b:
                    self.links[f"cpu{a}"].append((f"cpu{b}", "SYS", between_cpus(cpus[a])))
        for pci in root.iter("pci"):
            for gpu in pci.findall("gpu"):
                for nvlink in gpu.findall("nvlink"):
                    self.add_nvlink(str(pci.get("busid")), gpu, nvlink)

    def add(self, name: str, kind: str) -> None:
        self.kind[name] = kind
        self.links.setdefault(name, [])

    def connect(self, a: str, b: str, link: str, bandwidth: float) -> None:
        self.links[a].append((b, link, bandwidth))
        self.links[b].append((a, link, bandwidth))

    def add_pci(self, pci: ElementTree.Element, parent: str) -> None:
        name, pci_class = str(pci.get("busid")), str(pci.get("class"))
        kinds = {"0x0604": "PCI", "0x0302": "GPU", "0x0300": "GPU"}
        self.add(name, kinds.get(pci_class[:6], "NIC"))
        width = int(pci.get("link_width") or 0) or 16
        speed = str(pci.get("link_speed") or "").split(" ")[0].removesuffix(".0")
        self.connect(name, parent, "PCI", width * PCI_RATE.get(speed, 60) / 80)
        for child in pci.findall("pci"):
            self.add_pci(child, name)

    def add_nvlink(self, address: str, gpu: ElementTree.Element, nvlink: ElementTree.Element) -> None:
        bandwidth = int(nvlink.get("count") or 0) * NVLINK[str(gpu.get("sm"))]
        if str(nvlink.get("tclass")).startswith("0x03"):
            self.links[address].append((str(nvlink.get("target")), "NVL", bandwidth))
        else:
            self.add("nvs", "NVS")
            self.connect(address, "nvs", "NVL", bandwidth)

    def paths_to(self, base: str) -> dict[str, tuple[str, float]]:
        best: dict[str, tuple[int, float, int]] = {base: (0, 5000.0, 0)}  # type, GB/s, hops
        front = [base]
        while front:
            following: list[str] = []
            for node in front:
                path_type, path_bandwidth, hops = best[node]
                for other, link, bandwidth in self.links[node]:
                    if (
                        self.kind[node] == "GPU"
                        and node != base
                        and not (link == "NVL" and self.kind[other] == "GPU" and hops <= 1)
                    ):
                        continue
                    link_type = ORDER.index("PIX" if link == "PCI" else link)
                    if self.kind[node] == "PCI" and self.kind[other] == "PCI":
                        link_type = ORDER.index("PXB")
                    if link == "PCI" and "CPU" in (self.kind[node], self.kind[other]):
                        link_type = ORDER.index("PHB")
                    nvl = ORDER.index("NVL")
                    if self.kind[node] == "GPU" and path_type == nvl and link_type == nvl and hops == 1:
                        link_type = ORDER.index("NVB")
                    found = (max(path_type, link_type), min(path_bandwidth, bandwidth), hops + 1)
                    known = best.get(other)
                    if known is None or (found[0], -found[1], found[2]) < (known[0], -known[1], known[2]):
                        best[other] = found
                        following.append(other)
            front = following
        return {node: (ORDER[path[0]], path[1]) for node, path in best.items()}


def between_cpus(cpu: ElementTree.Element) -> float:
    model = int(cpu.get("modelid") or 0)
    if cpu.get("vendor") == "AuthenticAMD":
        return 16
    return 40 if model >= 0xCF else 22 if model >= 0x8F else 10 if model >= 0x55 else 6


def topologies() -> list[Path]:
    found = sorted((SHARED / "fixtures/nccl-topo").glob("*.xml"))
    found += sorted((SHARED / "recordings").glob("*/nccl/nccl-topo.xml"))
    return found + sorted((Path(__file__).parent / "nccl_topologies").glob("*.xml"))


@pytest.mark.parametrize("path", topologies(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_paths_are_those_of_nccls_search(path: Path) -> None:
    text = path.read_text()
    graph = Graph(ElementTree.fromstring(text[text.index("<system") :]))
    machine = r1cluster.interpret(r1cluster.load_recording(str(path))).machines[0]
    addresses = {f"gpu{gpu.nvml_index}": gpu.pci_address for gpu in machine.gpus}
    addresses |= {hca.name: hca.pci_address for hca in machine.hcas}
    compared = 0
    for found in machine.device_paths:
        a, b = (addresses.get(end, end) for end in (found.from_, found.to))
        expected, bandwidth = graph.paths_to(a)[b]
        assert (found.from_, found.to, found.nccl_path.name.upper()) == (found.from_, found.to, expected)
        assert found.nccl_bandwidth_gbytes_per_s == pytest.approx(bandwidth)
        compared += 1
    gpus = sum(kind == "GPU" for kind in graph.kind.values())
    assert len(machine.gpus) == gpus
    assert compared >= gpus * (gpus - 1) // 2


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the clouds' topology files are not here ({SHARED})")
def test_the_clouds_files_were_read() -> None:
    assert len(topologies()) >= 4
