# SPDX-License-Identifier: Apache-2.0
"""Gives a command line to the argument parser of an unpacked SGLang and prints what it understood, as JSON.

Usage: parse_sglang.py FOLDER ARGUMENT...

What SGLang imports besides and is not installed (torch, kernels, transformers) is replaced by objects that answer to
everything: the parser is built from names and defaults alone.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import json
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

FIELDS = (
    "model_path",
    "served_model_name",
    "host",
    "port",
    "tp_size",
    "tensor_parallel_size",
    "pp_size",
    "pipeline_parallel_size",
    "dp_size",
    "data_parallel_size",
    "attn_dp_size",
    "enable_dp_attention",
    "ep_size",
    "expert_parallel_size",
    "enable_ep_moe",
    "dist_init_addr",
    "nnodes",
    "node_rank",
    "enable_metrics",
    "context_length",
    "mem_fraction_static",
    "dtype",
    "kv_cache_dtype",
    "chunked_prefill_size",
    "max_running_requests",
    "disable_cuda_graph",
    "device",
)


REAL = ("sglang", "msgspec", "org", "java")  # the last two are looked for by the standard library
ABSENT = ("torch_npu", "torch_musa", "habana_frameworks")  # of other accelerators
# Parts of SGLang that compile, patch or ask for a GPU when they are imported.
HEAVY = (
    "sglang.kernels",
    "sglang.srt.layers",
    "sglang.srt.configs",
    "sglang.srt.models",
    "sglang.srt.model_executor.model_runner",
    "sglang.srt.distributed",
    "sglang.srt.utils.hf_transformers_patches",
)


class Stub(type):
    """Of a class that serves as base, decorator, function, number or container, as it is needed."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = stub(name)
        setattr(cls, name, value)
        return value

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        if "is_stub" not in vars(cls):
            return super().__call__()  # of a class that derives from one
        # A decorator gives back what it decorates.
        return arguments[0] if len(arguments) == 1 and not keywords and callable(arguments[0]) else stub("value")

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __bool__(cls) -> bool:
        return False

    def __getitem__(cls, _: Any) -> Any:
        return stub("item")

    def __or__(cls, _: Any) -> Any:
        return cls

    __ror__ = __or__

    def __lt__(cls, _: Any) -> bool:
        return False

    __gt__ = __ge__ = __le__ = __lt__

    def __instancecheck__(cls, _: Any) -> bool:
        return False


def stub(name: str) -> Any:
    return Stub(name, (), {"is_stub": True, "__init_subclass__": classmethod(lambda cls, **_: None)})


class StubModule(types.ModuleType):
    __version__ = "9.9.9"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = stub(name)
        setattr(self, name, value)
        return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        package = name.split(".")[0]
        if package in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        is_real = package in REAL or package in sys.stdlib_module_names
        if is_real and not name.startswith(HEAVY):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        return StubModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def main() -> None:
    folder, *words = sys.argv[1:]
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, Finder())
    from sglang.srt.server_args import ServerArgs

    parser = argparse.ArgumentParser()
    ServerArgs.add_cli_args(parser)
    understood = vars(parser.parse_args(words))
    print(json.dumps({name: understood[name] for name in FIELDS if name in understood}))


main()
