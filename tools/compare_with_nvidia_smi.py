#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what r1cluster says of this machine's GPUs with what nvidia-smi says, field by field.

Usage: compare_with_nvidia_smi.py R1CLUSTER_BINARY [SHOW_JSON]

Prints one line for each comparison, "ok" or "DIFFERS", then a count. Exits 1 where something differs, 3 where there is
no nvidia-smi. With SHOW_JSON, the output of an earlier `r1cluster show --json` is taken instead of a new reading.

What changes from moment to moment (free memory, power, clocks, temperature) may differ by what TOLERANCE says.
"""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 1 << 20
TOLERANCE = {
    "memory_free_bytes": 64 * MIB,
    "memory_used_bytes": 64 * MIB,
    "memory_reserved_bytes": MIB,  # nvidia-smi rounds the others first
    "power_w": 60.0,
    "temperature_c": 4.0,
}
VOLATILE_CLOCKS = 300.0  # MHz: an idle GPU changes its clocks as it likes

compared = 0
differing = 0


def check(what: str, ours: Any, theirs: Any, tolerance: float = 0) -> None:
    global compared, differing
    compared += 1
    same = ours == theirs
    if tolerance and ours is not None and theirs is not None:
        same = abs(float(ours) - float(theirs)) <= tolerance
    if not same:
        differing += 1
    print(
        f"{'ok     ' if same else 'DIFFERS'} {what}: {ours!r}" + ("" if ours == theirs else f", nvidia-smi: {theirs!r}")
    )


def run(*arguments: str) -> str:
    text = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True).stdout
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def path_between(machine: dict[str, Any], a: str, b: str) -> str | None:
    for path in machine["device_paths"]:
        if {path["from"], path["to"]} == {a, b}:
            return str(path["path"])
    return None


def compare_matrix(machine: dict[str, Any]) -> None:
    text = run("nvidia-smi", "topo", "-m")
    lines = text.splitlines()
    header = next(line for line in lines if line.lstrip().startswith("GPU0"))
    columns = [name.strip() for name in header.split("\t")][1:]
    legend = dict(re.findall(r"^\s*(NIC\d+): (\S+)", text, re.M))
    devices = [name for name in columns if re.fullmatch(r"GPU\d+|NIC\d+|mlx\S+", name)]

    def ours(name: str) -> str:
        return name.replace("GPU", "gpu") if name.startswith("GPU") else legend.get(name, name)

    gpus = {f"GPU{gpu['nvml_index']}": gpu for gpu in machine["gpus"]}
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if cells[0] not in devices:
            continue
        for column, cell in zip(columns, cells[1:], strict=False):
            if column in devices and column != cells[0]:
                check(f"topo -m {cells[0]} {column}", path_between(machine, ours(cells[0]), ours(column)), cell)
            elif column == "CPU Affinity" and cells[0] in gpus and cell not in ("", "N/A"):
                check(f"topo -m {cells[0]} CPU affinity", gpus[cells[0]]["cpu_affinity"], cell)
    check("topo -m number of devices", len(machine["gpus"]) + len(machine["hcas"]), len(devices))


def compare_nvlinks(machine: dict[str, Any]) -> None:
    links: dict[tuple[int, int], dict[str, str]] = {}
    for command in ("-s", "-R"):
        gpu = -1
        for line in run("nvidia-smi", "nvlink", command).splitlines():
            if found := re.match(r"GPU (\d+):", line):
                gpu = int(found[1])
            elif found := re.match(r"\s*Link (\d+): (.*)", line):
                links.setdefault((gpu, int(found[1])), {})[command] = found[2].strip()
    seen = 0
    for gpu_facts in machine["gpus"]:
        for link in gpu_facts["nvlinks"]:
            theirs = links.get((gpu_facts["nvml_index"], link["index"]), {})
            name = f"nvlink GPU {gpu_facts['nvml_index']} link {link['index']}"
            speed = re.match(r"([\d.]+) GB/s", theirs.get("-s", ""))
            check(f"{name} is active", link["is_active"], speed is not None)
            if speed and link["speed_mbps"] is not None:
                check(f"{name} speed in MB/s", link["speed_mbps"], int(float(speed[1]) * 1000), 1)
            if remote := re.match(r"Remote Device (\S+):\s", theirs.get("-R", "")):
                hidden = remote[1].upper().startswith("FFFFFFFF")
                address = "" if hidden else remote[1].lower().removeprefix("0000")
                check(f"{name} remote", link["remote_pci_address"], address)
            seen += 1
    check("nvlink number of links", seen, len(links))


def text_of(element: ElementTree.Element, path: str) -> str | None:
    """The text of a field; None where there is none, or the GPU does not say."""
    found = element.find(path)
    text = (found.text or "").strip() if found is not None else ""
    return None if text in ("", "N/A", "[N/A]", "None", "Unknown Error") or text.startswith("Requested") else text


def number_of(text: str) -> float:
    return float(text.split()[0])


def mib(text: str) -> int:
    return int(number_of(text)) * MIB


def whole_mib(value: int | None) -> int | None:
    """nvidia-smi prints whole MiB."""
    return None if value is None else value // MIB * MIB


def enabled(text: str) -> bool:
    return text == "Enabled"


def yes(text: str) -> bool:
    return text in ("Yes", "1")


def gts(text: str) -> float:
    return {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0}[int(number_of(text))]


def lower(text: str) -> str:
    return text.lower().replace("_", " ")


Field = tuple[str, str, Callable[[str], Any]]
# field of ours (a dot goes into a value) -> path in the XML, how it is read
FIELDS: list[Field] = [
    ("uuid", "uuid", str),
    ("name", "product_name", str),
    ("serial", "serial", str),
    ("minor_number", "minor_number", int),
    ("vbios_version", "vbios_version", str),
    ("firmware_version", "gsp_firmware_version", str),
    ("memory_bytes", "fb_memory_usage/total", mib),
    ("memory_free_bytes", "fb_memory_usage/free", mib),
    ("memory_used_bytes", "fb_memory_usage/used", mib),
    ("memory_reserved_bytes", "fb_memory_usage/reserved", mib),
    ("bar1_bytes", "bar1_memory_usage/total", mib),
    ("is_persistent", "persistence_mode", enabled),
    ("is_mig_enabled", "mig_mode/current_mig", enabled),
    ("is_mig_pending", "mig_mode/pending_mig", enabled),
    ("is_ecc_enabled", "ecc_mode/current_ecc", enabled),
    ("is_ecc_pending", "ecc_mode/pending_ecc", enabled),
    ("remapped_rows_corrected", "remapped_rows/remapped_row_corr", int),
    ("remapped_rows_uncorrected", "remapped_rows/remapped_row_unc", int),
    ("is_remap_pending", "remapped_rows/remapped_row_pending", yes),
    ("has_remap_failed", "remapped_rows/remapped_row_failure", yes),
    ("compute_mode", "compute_mode", lower),
    ("virtualization", "gpu_virtualization_mode/virtualization_mode", lower),
    ("power_w", "gpu_power_readings/instant_power_draw", number_of),
    ("power_limit_w", "gpu_power_readings/current_power_limit", number_of),
    ("power_limit_default_w", "gpu_power_readings/default_power_limit", number_of),
    ("temperature_c", "temperature/gpu_temp", number_of),
    ("sm_clock_mhz", "clocks/sm_clock", number_of),
    ("sm_clock_max_mhz", "max_clocks/sm_clock", number_of),
    ("memory_clock_mhz", "clocks/mem_clock", number_of),
    ("memory_clock_max_mhz", "max_clocks/mem_clock", number_of),
    ("link.max_speed_gts", "pci/pci_gpu_link_info/pcie_gen/max_link_gen", gts),
    ("link.speed_gts", "pci/pci_gpu_link_info/pcie_gen/current_link_gen", gts),
    ("link.max_width", "pci/pci_gpu_link_info/link_widths/max_link_width", lambda text: int(text.rstrip("x"))),
    ("link.width", "pci/pci_gpu_link_info/link_widths/current_link_width", lambda text: int(text.rstrip("x"))),
    ("fabric.state", "fabric/state", lower),
    ("fabric.status", "fabric/status", lower),
]
NOT_APPLICABLE = {"virtualization": ("none",), "fabric.state": ("not supported",), "fabric.status": ("",)}


def compare_xml(machine: dict[str, Any]) -> None:
    root = ElementTree.fromstring(run("nvidia-smi", "-q", "-x"))
    check("driver version", machine["gpu_driver_version"], text_of(root, "driver_version"))
    check("CUDA version", machine["cuda_driver_version"], text_of(root, "cuda_version"))
    theirs = root.findall("gpu")
    check("number of GPUs", len(machine["gpus"]), len(theirs))
    for gpu, element in zip(machine["gpus"], theirs, strict=False):
        name = f"GPU {gpu['nvml_index']}"
        bus_id = (text_of(element, "pci/pci_bus_id") or "").lower()
        check(f"{name} PCI address", gpu["pci_address"], bus_id.removeprefix("0000") if len(bus_id) == 16 else bus_id)
        for field, path, read in FIELDS:
            ours: Any = gpu
            for part in field.split("."):
                ours = ours[part] if ours is not None else None
            text = text_of(element, path)
            if text is None:
                # Both must say that there is nothing.
                if ours not in (None, "", *NOT_APPLICABLE.get(field, ())):
                    check(f"{name} {field}", ours, None)
                continue
            if field.endswith("_bytes"):
                ours = whole_mib(ours)
            tolerance = TOLERANCE.get(field, VOLATILE_CLOCKS if field.endswith("clock_mhz") else 0)
            check(f"{name} {field}", ours, read(text), tolerance)
        processes = {int(text_of(one, "pid") or 0) for one in element.findall("processes/process_info")}
        check(f"{name} processes", {process["pid"] for process in gpu["processes"]}, processes)


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        run("nvidia-smi", "-L")
    except (OSError, subprocess.SubprocessError) as error:
        print(f"no nvidia-smi here: {error}", file=sys.stderr)
        return 3
    text = Path(sys.argv[2]).read_text() if len(sys.argv) == 3 else run(sys.argv[1], "show", "--json")
    machine = json.loads(text)["machines"][0]
    compare_matrix(machine)
    compare_nvlinks(machine)
    compare_xml(machine)
    print(f"{compared} compared, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
