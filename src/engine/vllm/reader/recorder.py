# SPDX-License-Identifier: Apache-2.0
"""Tensors without values that remember which of their bytes were asked for.

A weight on the meta device has a shape, strides and a storage offset, and no bytes. The engine's loaders narrow, view
and transpose it as they would the real one, and each view shares the storage of the weight it was made from. So the
operation that at last reads values (`copy_` into a parameter, or anything else) says with its argument's strides and
offset exactly which bytes it reads. The operations are watched below the dispatcher, where nothing can go around.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

# Operations whose result depends on a tensor's shape and dtype alone.
WITHOUT_VALUES = {
    "empty_like",
    "zeros_like",
    "ones_like",
    "full_like",
    "new_empty",
    "new_zeros",
    "new_ones",
    "new_full",
}
# Operations that fill a tensor whatever is in it.
OVERWRITES = {"zero_", "fill_"}
# Operations that give the values on as they are.
COPIES = {"copy_", "clone", "_to_copy", "cat"}
# A loader that needs more runs for one tensor than this is not one whose slices can be listed.
MOST_SLICES = 100_000


class UnknownReadError(RuntimeError):
    """The engine read a weight in a way that cannot be put as bytes of the file."""


@dataclass(frozen=True, order=True)
class Bytes:
    """`rows` runs of `run_bytes`, `stride_bytes` apart; the first at `offset_bytes` of the tensor."""

    offset_bytes: int
    rows: int
    run_bytes: int
    stride_bytes: int


def bytes_of(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], element_bytes: int) -> list[Bytes]:
    """Where the elements of a view lie in its storage. Their order is that of the storage, not of the view: a
    transposed matrix has the same bytes."""
    if 0 in shape:
        return []
    # One of several equal elements (an expanded view), and axes of one element, move nothing.
    axes = sorted((stride, size) for size, stride in zip(shape, strides, strict=True) if size > 1 and stride > 0)
    run, outer = 1, []
    for stride, size in axes:
        if not outer and stride == run:
            run *= size
        elif outer and stride == outer[-1][0] * outer[-1][1]:
            outer[-1] = (outer[-1][0], outer[-1][1] * size)
        elif stride < run:
            raise UnknownReadError(f"a view with overlapping elements: shape {shape}, strides {strides}")
        else:
            outer.append((stride, size))
    rows_stride, rows = outer[0] if outer else (run, 1)
    if math.prod(size for _, size in outer[1:]) > MOST_SLICES:
        raise UnknownReadError(f"a view of more than {MOST_SLICES} pieces: shape {shape}, strides {strides}")
    starts = [offset]
    for stride, size in outer[1:]:
        starts = [start + i * stride for start in starts for i in range(size)]
    return sorted(
        Bytes(start * element_bytes, rows, run * element_bytes, rows_stride * element_bytes) for start in starts
    )


@dataclass
class Read:
    """One time that the engine asked for values of a weight."""

    weight: str
    slices: list[Bytes]
    into: str | None  # the parameter that they were copied into; None: something was computed from them
    operation: str


@dataclass
class Recorder(TorchDispatchMode):
    """While it is entered, notes each read of a weight that it has made. What is calculated in place from a weight
    counts as its bytes when it is read again: so nothing that is needed is missing."""

    reads: list[Read] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._weights: dict[int, str] = {}  # by storage; the tensors are kept, so that no storage is made anew
        self._parameters: dict[int, str] = {}
        self._copies: dict[int, torch.Tensor] = {}  # by storage; the view of a weight that was copied whole
        self._overwritten: set[int] = set()
        self._kept: list[torch.Tensor] = []

    def make_weight(self, name: str, shape: list[int], dtype: torch.dtype) -> torch.Tensor:
        weight = torch.empty(shape, dtype=dtype, device="meta")
        self._weights[_storage(weight)] = name
        self._kept.append(weight)
        return weight

    def know_parameters(self, model: torch.nn.Module) -> None:
        for name, parameter in model.named_parameters(remove_duplicate=True):
            self._parameters[_storage(parameter)] = name
            self._kept.append(parameter.detach())

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::")
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        weights = [
            tensor for tensor in tensors if _storage(tensor) in self._weights or _storage(tensor) in self._copies
        ]
        # .item(), also of a parameter that a loader looks at: there is no value to give, and any will do
        if name == "_local_scalar_dense" and all(tensor.is_meta for tensor in tensors):
            self._note(weights, name, None)
            return 0
        if not weights or name in WITHOUT_VALUES:
            return func(*args, **kwargs)
        is_written = [
            argument.alias_info is not None and argument.alias_info.is_write for argument in func._schema.arguments
        ]
        written = [tensor for tensor, writes in zip(args, is_written, strict=False) if writes]
        if name in OVERWRITES:
            # Of a part of a weight: what is read of it later counts, though nobody needs it.
            if args[0].numel() * args[0].element_size() == args[0].untyped_storage().nbytes():
                self._overwritten.add(_storage(args[0]))
            return func(*args, **kwargs)
        result = func(*args, **kwargs)
        results = [leaf for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor)]
        known = self._weights.keys() | self._copies.keys() if results else set()
        if results and not any(is_written) and all(_storage(tensor) in known for tensor in results):
            return result  # a view
        if name == "clone" and _storage(args[0]) in self._weights and result.is_contiguous():
            # .t().contiguous(): what counts is what is read of the copy.
            self._copies[_storage(result)] = args[0]
            self._kept.append(result)
            return result
        into = self._parameters.get(_storage(written[0])) if written else None
        self._note(weights, name, into)
        return result

    def _note(self, weights: list[torch.Tensor], operation: str, into: str | None) -> None:
        for tensor in weights:
            if _storage(tensor) in self._overwritten:
                continue
            copied = self._copies.get(_storage(tensor))
            offset, strides = (
                (tensor.storage_offset(), tensor.stride()) if copied is None else _in_source(tensor, copied)
            )
            slices = bytes_of(offset, tensor.shape, strides, tensor.element_size())
            weight = self._weights[_storage(tensor if copied is None else copied)]
            self.reads.append(Read(weight, slices, into, operation))


def _in_source(view: torch.Tensor, source: torch.Tensor) -> tuple[int, tuple[int, ...]]:
    """Offset and strides in the storage of `source` of a view of its contiguous copy."""
    copy_strides = [math.prod(source.shape[axis + 1 :]) for axis in range(source.dim())]
    offset, rest = source.storage_offset(), view.storage_offset()
    for copy_stride, stride in zip(copy_strides, source.stride(), strict=True):
        index, rest = divmod(rest, copy_stride)
        offset += index * stride
    # Axes of one element may have the stride of any other, and move nothing.
    axes = {stride: axis for axis, stride in enumerate(copy_strides) if source.shape[axis] > 1}
    strides = [1 if size == 1 else axes.get(stride, -1) for size, stride in zip(view.shape, view.stride(), strict=True)]
    if -1 in strides:
        raise UnknownReadError(f"a view across rows of a copy: shape {view.shape}, strides {view.stride()}")
    return offset, tuple(
        1 if size == 1 else source.stride(axis) for size, axis in zip(view.shape, strides, strict=True)
    )


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage()._cdata
