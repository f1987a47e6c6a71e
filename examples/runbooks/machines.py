#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes recordings of the machines of the runbooks, so that each can be tried without them.

Usage: machines.py FOLDER

FOLDER/NAME/cluster.toml and FOLDER/NAME/recording, for each NAME.toml beside this file:

    r1cluster launch FOLDER/NAME/cluster.toml --from FOLDER/NAME/recording

The machines are described by hand: those of `r1cluster example`, two hosts of eight H100, with what each runbook has
instead. `r1cluster` is the program of that name in PATH, or $R1CLUSTER_BINARY.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import tomllib

HERE = Path(__file__).resolve().parent
PACKAGES = "/usr/local/lib/python3.12/dist-packages"
EXAMPLE_PACKAGES = "/opt/vllm/lib/python3.12/site-packages"
# Versions of the distributions in the images, as their releases pin them.
TORCH_OF_2024 = ["torch-2.5.1", "nvidia_nccl_cu12-2.21.5"]
IMAGES = {
    "vllm/vllm-openai:v0.6.4.post1": ["vllm-0.6.4.post1", "transformers-4.46.2", "ray-2.39.0", *TORCH_OF_2024],
    "vllm/vllm-openai:v0.7.1": ["vllm-0.7.1", "transformers-4.48.2", "ray-2.41.0", *TORCH_OF_2024],
    "lmsysorg/sglang:v0.5.23": ["sglang-0.5.23", "transformers-5.9.0", "torch-2.13.0", "nvidia_nccl_cu13-2.30.7"],
    "vllm/vllm-openai:v0.33.0": ["vllm-0.33.0", "transformers-5.9.0", "torch-2.13.0", "nvidia_nccl_cu13-2.30.7"],
}


def answer(value: Any) -> dict[str, str]:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return {"text": text, "because": ""}


def absent(because: str) -> dict[str, str | None]:
    return {"text": None, "because": because, "code": "not_found"}


class Host:
    """The readings of one host."""

    def __init__(self, readings: dict[str, Any]) -> None:
        self.readings = copy.deepcopy(readings)
        self.calls: dict[str, Any] = self.readings["calls"]

    def put_engine_into(self, image: str) -> None:
        """The environment of the example goes; the image has its own."""
        for kind in ("files", "links", "listings"):
            for path in [path for path in self.readings[kind] if path.startswith("/opt/vllm")]:
                del self.readings[kind][path]
        del self.calls["python(/opt/vllm/bin/python)"]
        digest = "sha256:" + hashlib.sha256(image.encode()).hexdigest()
        self.calls[f"image({image})"] = answer(
            {
                "id": digest,
                "architecture": "amd64",
                "operating_system": "linux",
                "digests": [f"{image.split(':')[0]}@{digest}"],
                "size_bytes": 17_000_000_000,
                "user": "",
            }
        )
        self.calls["python(/usr/bin/python3)"] = answer({"version": "3.12.9", "site_packages": [PACKAGES]})
        self.readings["links"]["/usr/bin/python3"] = answer("python3.12")
        names = [f"{package}.dist-info" for package in IMAGES[image]]
        self.readings["listings"][PACKAGES] = answer("".join(f"{name}\n" for name in names))

    def replace_gpus(self, name: str, mib: int, capability: tuple[int, int], device: str) -> None:
        for call in self.calls:
            if call.startswith("nvmlDeviceGetName("):
                self.calls[call] = answer(name)
            elif call.startswith("nvmlDeviceGetMemoryInfo_v2("):
                total = mib << 20
                self.calls[call] = answer(
                    {"total": total, "free": total - (600 << 20), "used": 0, "reserved": 600 << 20}
                )
            elif call.startswith("nvmlDeviceGetCudaComputeCapability("):
                self.calls[call] = answer({"major": capability[0], "minor": capability[1]})
            elif call.startswith("nvmlDeviceGetPciInfo_v3("):
                address = json.dumps(self.calls[call]["text"])[5:-1].lower()
                self.readings["files"][f"/sys/bus/pci/devices/{address}/device"] = answer(f"{device}\n")

    def keep_gpus(self, count: int) -> None:
        """Without NVLink: four GPUs of this kind are in PCIe slots."""
        self.calls["nvmlDeviceGetCount_v2()"] = answer(str(count))
        for call in list(self.calls):
            if not call.startswith("nvmlDeviceGet"):
                continue
            numbers = [int(word) for word in call.split("(")[1].rstrip(")").split(", ") if word.isdigit()]
            is_nvlink = any(word in call for word in ("NvLink", "FieldValues", "FabricInfo", "_NVLINK"))
            if is_nvlink or any(number >= count for number in numbers):
                del self.calls[call]
        listing = self.readings["listings"]
        gpus = listing["/proc/driver/nvidia/gpus"]["text"].splitlines()
        listing["/proc/driver/nvidia/gpus"] = answer("".join(f"{gpu}\n" for gpu in gpus[:count]))
        removed = set(gpus[count:]) | set(listing.pop("/proc/driver/nvidia-nvswitch/devices")["text"].split())
        self._remove_pci(removed)

    def remove_hcas(self) -> None:
        listing = self.readings["listings"]
        hcas = listing["/sys/class/infiniband"]["text"].split()
        links = self.readings["links"]
        self._remove_pci({Path(links[f"/sys/class/infiniband/{hca}"]["text"]).parts[-3] for hca in hcas})
        listing["/sys/class/infiniband"] = answer("")
        for kind in ("files", "links", "listings"):
            for path in [p for p in self.readings[kind] if "/infiniband/" in p or p.startswith("/sys/class/net/ib")]:
                del self.readings[kind][path]
        for call in [call for call in self.calls if call.startswith(("ibv_", "open(/dev/infiniband"))]:
            del self.calls[call]
        self.calls["ibv_get_device_list()"] = answer([])
        interfaces = json.loads(self.calls["links()"]["text"])
        self.calls["links()"] = answer([link for link in interfaces if not link["name"].startswith("ib")])

    def free_ports_of_sglang(self, number: int) -> None:
        """docs/engines.md, Ports."""
        ports = [f"10.0.0.1:{28000 + i}" for i in range(1, 6)] if number == 1 else [f"127.0.0.1:{7999 + number}"]
        free = answer({"is_free": True, "because": "", "holder": ""})
        self.calls |= {f"bind({port})": free for port in ports}

    def _remove_pci(self, addresses: set[str]) -> None:
        for kind in ("files", "links", "listings"):
            for path in list(self.readings[kind]):
                if any(f"/devices/{address}" in path or f"/gpus/{address}" in path for address in addresses):
                    del self.readings[kind][path]
        listing = self.readings["listings"]["/sys/bus/pci/devices"]
        kept = [address for address in listing["text"].split() if address not in addresses]
        self.readings["listings"]["/sys/bus/pci/devices"] = answer("".join(f"{address}\n" for address in kept))

    def rename(self, number: int, name: str, peers: list[str]) -> None:
        """From the first host of the example to another one; it reaches all its peers alike."""
        text = json.dumps(self.readings).replace("10.0.0.1:", f"10.0.0.{number}:").replace("node1", name)
        text = text.replace('\\"10.0.0.1\\"', f'\\"10.0.0.{number}\\"')
        self.readings = json.loads(text)
        self.calls = self.readings["calls"]
        self.readings["host"] = name
        route = answer({"interface": "ens1f0np0", "source": f"10.0.0.{number}", "gateway": ""})
        self.calls.pop("route(10.0.0.2)", None)
        self.calls |= {f"route({peer})": route for peer in peers}


class Example:
    """The folder that `r1cluster example` writes."""

    def __init__(self, folder: Path) -> None:
        binary = os.environ.get("R1CLUSTER_BINARY", "r1cluster")
        subprocess.run([binary, "example", str(folder)], check=True, stdout=subprocess.DEVNULL)
        self.recording = folder / "recording"
        self.host = json.loads((self.recording / "node1" / "readings.json").read_text(encoding="utf-8"))
        self.root = self.recording / "node1" / "root"
        self.probe = json.loads((self.recording / "recording.json").read_text(encoding="utf-8"))["probes"][0]


def llama_70b() -> dict[str, tuple[str, list[int]]]:
    """Tensors of Llama 3 70B: dtype and shape."""
    hidden, width, key_value = 8192, 28672, 1024
    tensors = {"model.embed_tokens.weight": [128256, hidden]}
    for layer in range(80):
        prefix = f"model.layers.{layer}"
        for part, shape in {
            "input_layernorm": [hidden],
            "self_attn.q_proj": [hidden, hidden],
            "self_attn.k_proj": [key_value, hidden],
            "self_attn.v_proj": [key_value, hidden],
            "self_attn.o_proj": [hidden, hidden],
            "post_attention_layernorm": [hidden],
            "mlp.gate_proj": [width, hidden],
            "mlp.up_proj": [width, hidden],
            "mlp.down_proj": [hidden, width],
        }.items():
            tensors[f"{prefix}.{part}.weight"] = shape
    tensors |= {"model.norm.weight": [hidden], "lm_head.weight": [128256, hidden]}
    return {name: ("BF16", shape) for name, shape in tensors.items()}


LLAMA_CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "torch_dtype": "bfloat16",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "hidden_act": "silu",
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
    "rms_norm_eps": 1e-05,
    "tie_word_embeddings": False,
}


def write_checkpoint(folder: Path, path: str, tensors: dict[str, tuple[str, list[int]]], shards: int) -> dict[str, Any]:
    """As a recording holds it. Returns what a host answers about it."""
    (folder / "headers").mkdir(parents=True)
    names = list(tensors)
    weight_map: dict[str, str] = {}
    described, digests = [], []
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:06}.safetensors"
        header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
        end = 0
        for name in names[number * len(names) // shards : (number + 1) * len(names) // shards]:
            dtype, shape = tensors[name]
            size = 2
            for dimension in shape:
                size *= dimension
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
            weight_map[name] = file
            end += size
        text = json.dumps(header, separators=(",", ":"))
        (folder / "headers" / f"{file}.json").write_text(text, encoding="utf-8")
        size = 8 + len(text) + end
        described.append({"name": file, "size_bytes": size, "declared_header_bytes": len(text), "because": ""})
        digest = hashlib.sha256(text.encode()).hexdigest()
        digests.append({"name": file, "size_bytes": size, "header_sha256": digest, "because": ""})
    total = sum(shard["size_bytes"] for shard in described)
    index = json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map})
    config = json.dumps(LLAMA_CONFIG)
    document = {"schema": "r1cluster.checkpoint_index", "version": 1, "path": path, "shards": described}
    (folder / "checkpoint.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    (folder / "config.json").write_text(config, encoding="utf-8")
    sums = {"config_sha256": config, "index_sha256": index}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sums.items()} | {"shards": digests}


def describe(example: Example, spec: dict[str, Any], kind: str) -> list[Host]:
    hosts = []
    names = [host["name"] for host in spec["host"]]
    for number, name in enumerate(names, 1):
        host = Host(example.host)
        host.put_engine_into(spec["container"]["image"])
        if kind == "t4":
            host.keep_gpus(4)
            host.replace_gpus("Tesla T4", 15360, (7, 5), "0x1eb8")
            host.remove_hcas()
        elif kind == "h200":
            host.replace_gpus("NVIDIA H200", 143771, (9, 0), "0x2335")
        peers = [f"10.0.0.{other}" for other in range(1, len(names) + 1) if other != number]
        host.rename(number, name, peers)
        if spec["engine"].get("name") == "sglang":
            host.free_ports_of_sglang(number)
        hosts.append(host)
    return hosts


def write_recording(example: Example, spec: dict[str, Any], kind: str, folder: Path) -> None:
    hosts = describe(example, spec, kind)
    model = spec["model"]["path"]
    digest = None
    if kind == "t4":
        digest = write_checkpoint(folder / "checkpoint", model, llama_70b(), 17)
    else:
        shutil.copytree(example.recording / "checkpoint", folder / "checkpoint")
    probes = []
    for number, host in enumerate(hosts, 1):
        own = folder / host.readings["host"]
        shutil.copytree(example.root, own / "root", ignore=shutil.ignore_patterns("opt"))
        if digest:
            shutil.rmtree(own / "root" / "data")
            (own / "root" / model[1:]).mkdir(parents=True)
            shutil.copy(folder / "checkpoint" / "config.json", own / "root" / model[1:])
            del host.calls["checkpoint(/data/DeepSeek-R1)"]
            host.calls[f"checkpoint({model})"] = answer(digest)
            volume = json.loads(host.calls.pop("statvfs(/data/DeepSeek-R1)")["text"]) | {"resolved": model}
            host.calls[f"statvfs({model})"] = answer(volume)
        (own / "readings.json").write_text(json.dumps(host.readings, indent=1), encoding="utf-8")
        for other, peer in enumerate(hosts, 1):
            if other == number:
                continue
            names = {"from_host": host.readings["host"], "to_host": peer.readings["host"]}
            addresses = {"from_address": f"10.0.0.{number}", "to_address": f"10.0.0.{other}"}
            probes.append(example.probe | names | addresses)
    document = {
        "schema": "r1cluster.recording_folder",
        "version": 1,
        "hosts": [host.readings["host"] for host in hosts],
    }
    document |= {"has_checkpoint": True, "probes": probes}
    (folder / "recording.json").write_text(json.dumps(document, indent=1), encoding="utf-8")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        example = Example(Path(scratch) / "example")
        for path in sorted(HERE.glob("*.toml")):
            spec = tomllib.loads(path.read_text(encoding="utf-8"))
            folder = target / path.stem
            folder.mkdir(parents=True)
            shutil.copy(path, folder / "cluster.toml")
            kind = next(kind for kind in ("h100", "h200", "t4") if f"-{kind}-" in path.stem)
            write_recording(example, spec, kind, folder / "recording")
            print(f"wrote {folder}")


if __name__ == "__main__":
    main()
