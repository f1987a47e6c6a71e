# SPDX-License-Identifier: Apache-2.0
"""The installed vLLM, whatever its version, imported so that its models can be made here: without a GPU, without
other ranks and without memory for their weights.

One process is each rank of a deployment in turn, because importing vLLM takes longer than everything after it. The
engine's own code makes its groups from the world's size and the rank, over torch's "fake" backend, which answers
without anybody else being there. Only what truly talks to others, or wants a device, is replaced.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.metadata
import json
import os
import types
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
}
for _name, _value in ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

_version = importlib.metadata.version
VERSION = _version("vllm").removesuffix("+cpu")
IS_OLD = VERSION.startswith(("0.6.", "0.7."))
# "cpu" in its version is what makes vLLM choose its CPU platform; the loaders of other builds are the same.
importlib.metadata.version = lambda name: f"{VERSION}+cpu" if name == "vllm" else _version(name)

with contextlib.suppress(ImportError):  # kernels are decorated when they are imported, and that asks for a device
    from triton.runtime import driver

    driver.set_active(types.SimpleNamespace(get_benchmarker=lambda: None))

import torch  # noqa: E402
import transformers  # noqa: E402
import vllm._custom_ops  # noqa: E402, F401  (looks at which operations there truly are)
from torch.overrides import TorchFunctionMode  # noqa: E402
from torch.testing._internal.distributed.fake_pg import FakeStore  # noqa: E402
from torch.utils._device import _device_constructors  # noqa: E402
from vllm.config import set_current_vllm_config  # noqa: E402
from vllm.distributed import parallel_state  # noqa: E402
from vllm.distributed.device_communicators import shm_broadcast  # noqa: E402
from vllm.engine.arg_utils import EngineArgs  # noqa: E402
from vllm.model_executor.models import registry, utils  # noqa: E402
from vllm.platforms import current_platform  # noqa: E402
from vllm.platforms.interface import DeviceCapability, PlatformEnum  # noqa: E402

if IS_OLD:
    from vllm.attention import selector
try:
    from vllm.model_executor.model_loader.utils import initialize_model
except ImportError:  # before 0.8.5
    from vllm.model_executor.model_loader.loader import _initialize_model as initialize_model

# Models whose own configuration is Python beside their weights, where the installed transformers does not have it yet.
# Nothing is run: what vLLM asks for is in their config.json.
for _model_type in ("deepseek_v2", "deepseek_v3", "kimi_k2"):
    with contextlib.suppress(ValueError):  # it is known
        _class = type("Config", (transformers.PretrainedConfig,), {"model_type": _model_type})
        transformers.AutoConfig.register(_model_type, _class)

# Of the GPU that quantised weights are asked about: Hopper's, which has kernels for all of them but FP4.
CAPABILITY = (9, 0)

COMMUNICATOR = "vllm.distributed.device_communicators.base_device_communicator.DeviceCommunicatorBase"


class LatentAttention:
    """Stands in for a kernel that CPU versions of vLLM did not have; an attention's kernel holds no weights."""

    accept_output_buffer = False

    @staticmethod
    def get_name() -> str:
        return "TRITON_MLA"

    @staticmethod
    def get_impl_cls() -> type:
        return lambda *_, **__: types.SimpleNamespace()


def _attention_of(choose):
    """An old platform is asked for latent attention by its last argument, and the CPU's ignores it."""
    return staticmethod(
        lambda *asked: f"{__name__}.{LatentAttention.__name__}" if asked[-1] is True else choose(*asked)
    )


class _On(TorchFunctionMode):
    """Makes every new tensor on one device, also where the engine names another one."""

    def __init__(self, device: str) -> None:
        super().__init__()
        self._device = device

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in _device_constructors() or (kwargs or {}).get("device") is not None:
            # The table of who has which expert is read while the model is made.
            is_table = func in (torch.full, torch.arange) and (kwargs or {}).get("dtype") is torch.int32
            kwargs = {**(kwargs or {}), "device": "cpu" if is_table else self._device}
        elif func is torch.Tensor.to and not any(isinstance(value, torch.dtype) for value in args):
            kwargs = {name: value for name, value in (kwargs or {}).items() if name != "device"}
            args = tuple(arg for arg in args if not isinstance(arg, str | torch.device))
        return func(*args, **(kwargs or {}))


def _made_operations() -> contextlib.AbstractContextManager:
    """Layers ask for their kernels when they are made, and none is called. Where vLLM's library was compiled for others
    and does not load, there are none."""

    find = torch._ops._OpNamespace.__getattr__

    def find_or_make(self, name):
        try:
            return find(self, name)
        except AttributeError:
            if not self.name.startswith(("_C", "_moe_C")) or name.startswith("__"):
                raise
            # "cutlass_scaled_mm_supports_fp8" says whether such a kernel is there for a GPU.
            return (lambda *_: True) if "_support" in name else types.SimpleNamespace(default=None)

    return mock.patch.object(torch._ops._OpNamespace, "__getattr__", find_or_make)


def _as_gpu() -> contextlib.ExitStack:
    """As for a GPU, until it is closed. Most ways to quantise have no kernel for a CPU, or another one there whose
    layers are made by other classes."""
    major, minor = CAPABILITY
    stack = contextlib.ExitStack()
    answers = {
        "_enum": PlatformEnum.CUDA,
        "is_cuda": lambda _: True,
        "is_cuda_alike": lambda _: True,
        "is_cpu": lambda _: False,
        "get_device_capability": classmethod(lambda *_, **__: DeviceCapability(major, minor)),
    }
    if IS_OLD:  # no attention of its CPU has heads as wide as those of latent attention
        answers["get_attn_backend_cls"] = staticmethod(lambda *_: f"{__name__}.{LatentAttention.__name__}")
        selector._cached_get_attn_backend.cache_clear()
        stack.callback(selector._cached_get_attn_backend.cache_clear)
    for name, value in answers.items():
        stack.enter_context(mock.patch.object(type(current_platform), name, value))
    # Marlin's kernels want a workspace for each multiprocessor.
    properties = types.SimpleNamespace(major=major, minor=minor, multi_processor_count=132)
    stack.enter_context(mock.patch.object(torch.cuda, "get_device_capability", return_value=CAPABILITY))
    stack.enter_context(mock.patch.object(torch.cuda, "get_device_properties", return_value=properties))
    stack.enter_context(_made_operations())
    return stack


def _is_quantised(checkpoint: str | Path) -> bool:
    config = json.loads((Path(checkpoint) / "config.json").read_text())
    return bool(config.get("quantization_config") or config.get("compression_config"))


def engine_config(checkpoint: Path, tensor_parallel: int, pipeline_parallel: int, *, expert_parallel: bool = False):
    # An option that old versions do not have.
    more = {"enable_expert_parallel": True} if expert_parallel else {}
    with _as_gpu() if _is_quantised(checkpoint) else contextlib.nullcontext():
        return EngineArgs(
            model=str(checkpoint),
            skip_tokenizer_init=True,
            tensor_parallel_size=tensor_parallel,
            pipeline_parallel_size=pipeline_parallel,
            distributed_executor_backend="mp",
            enforce_eager=True,
            max_model_len=64,
            load_format="auto",
            **more,
        ).create_engine_config()


def _replacements() -> Iterator[contextlib.AbstractContextManager]:
    new_group = torch.distributed.new_group

    def new_fake_group(ranks=None, timeout=None, backend=None, **options):
        return new_group(ranks, timeout=timeout, backend="fake", **options)

    def replace_where_it_exists(owner, name, value):
        return mock.patch.object(owner, name, value) if hasattr(owner, name) else contextlib.nullcontext()

    yield mock.patch.object(torch.distributed, "new_group", new_fake_group)
    yield mock.patch.object(shm_broadcast.MessageQueue, "create_from_process_group", return_value=None)
    yield replace_where_it_exists(type(current_platform), "get_device_communicator_cls", lambda *_: COMMUNICATOR)
    if IS_OLD:
        choose = _attention_of(current_platform.get_attn_backend_cls)
        yield mock.patch.object(type(current_platform), "get_attn_backend_cls", choose)
    yield replace_where_it_exists(parallel_state, "_node_count", lambda *_: 1)
    yield replace_where_it_exists(parallel_state, "in_the_same_node_as", lambda *_, **__: [True])
    # Older versions look at a model's class in a process of its own, which would have to import them again.
    yield replace_where_it_exists(registry, "_run_in_subprocess", lambda function: function())


_stack = contextlib.ExitStack()
for _replacement in _replacements():
    _stack.enter_context(_replacement)


@contextlib.contextmanager
def model_of_rank(vllm_config, rank: int, device: str = "meta") -> Iterator[torch.nn.Module]:
    """The model as that rank of vllm_config's world makes it, by default without memory for its weights. While this
    is entered, the process is that rank."""
    vllm_config = copy.deepcopy(vllm_config)  # a model leaves its layers in it
    parallel = vllm_config.parallel_config
    parallel.rank = rank
    with contextlib.ExitStack() as stack:
        stack.enter_context(set_current_vllm_config(vllm_config))
        torch.distributed.init_process_group("fake", store=FakeStore(), rank=rank, world_size=parallel.world_size)
        stack.callback(parallel_state.destroy_distributed_environment)
        parallel_state.init_distributed_environment(parallel.world_size, rank, "fake", local_rank=rank, backend="fake")
        stack.callback(parallel_state.destroy_model_parallel)
        parallel_state.initialize_model_parallel(
            tensor_model_parallel_size=parallel.tensor_parallel_size,
            pipeline_model_parallel_size=parallel.pipeline_parallel_size,
            backend="fake",
        )
        stack.callback(torch.set_default_dtype, torch.get_default_dtype())
        torch.set_default_dtype(vllm_config.model_config.dtype)
        utils._model_to_pp_missing_layer_names.clear()  # by the address of a model, and the one before this is gone
        if _is_quantised(vllm_config.model_config.model):
            stack.enter_context(_as_gpu())
        with _On(device), _made_operations():
            model = initialize_model(vllm_config=vllm_config)
        yield model
