# SPDX-License-Identifier: Apache-2.0
"""Our reader of safetensors headers against the reference reader, the package of the same name: what that one rejects
we reject, what we accept it reads the same, and where we are stricter the reason is one of those that safetensors.hpp
lists."""

from __future__ import annotations

import json
import random
import re
import struct
from typing import Any, cast

import pytest

import r1cluster

safetensors = pytest.importorskip("safetensors", reason="the reference reader is not installed")

# In the order of include/r1cluster/model/safetensors.hpp.
STRICTER = [
    r"occurs twice in one object$",
    r"the header begins with ",
    r"\"__metadata__\" must be an object, got null$",
    r"nested deeper than 8$",
    r"a name longer than 1,024 bytes$",
    r"a name with a control character$",
    r"a name with a slash$",
    r"a name that is no name$",
    r"more than 64 dimensions$",
    r"more than 65,536 keys in ",
]
BYTES_OF = {"BF16": 2, "F32": 4, "F64": 8, "F8_E4M3": 1, "BOOL": 1, "I64": 8, "U8": 1, "F16": 2}
ROUNDS = 30_000


def ours(header: bytes, data_bytes: int) -> dict[str, tuple[str, list[int], int]] | str:
    size = 8 + len(header) + data_bytes
    refusal = r1cluster.model.header_length_refusal(len(header), size)
    if refusal:
        return refusal
    try:
        # Bytes are taken as they are; text could not be wrong UTF-8.
        tensors = r1cluster.model.parse_safetensors(cast(str, header), size, "m")
    except r1cluster.InvalidInput as error:
        return str(error)
    return {tensor.name: (tensor.dtype, list(tensor.shape), tensor.size_bytes) for tensor in tensors}


def theirs(header: bytes, data_bytes: int) -> dict[str, tuple[str, list[int], int]] | None:
    try:
        tensors = safetensors.deserialize(struct.pack("<Q", len(header)) + header + bytes(data_bytes))
    except safetensors.SafetensorError:
        return None
    return {name: (entry["dtype"], list(entry["shape"]), len(entry["data"])) for name, entry in tensors}


def random_header(numbers: random.Random) -> tuple[dict[str, Any], int]:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}} if numbers.random() < 0.5 else {}
    offset = 0
    for i in range(numbers.randrange(5)):
        dtype = numbers.choice(list(BYTES_OF))
        shape = [numbers.choice((0, 1, 2, 3, 7)) for _ in range(numbers.randrange(4))]
        size = BYTES_OF[dtype]
        for dimension in shape:
            size *= dimension
        header[f"t{i}.weight"] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    return header, offset


NUMBERS = [0, 1, 2, -1, 4, 7, 1.5, 1e3, 2**31, 2**32, 2**53 + 1, 2**63, 2**64 - 1, 2**64]
TEXTS = ["", "0", "U8", "F4", "F6_E2M3", "u8", "F8_E8M0", ".."]
OTHERS = [True, False, None, [], [0], [0, 0], [1, 2, 3], [[0]], {}, {"a": 1}, [2**32, 2**32]]


def odd_value(numbers: random.Random) -> Any:
    return numbers.choice([*NUMBERS, *TEXTS, *OTHERS])


def changed_value(header: dict[str, Any], numbers: random.Random) -> None:
    """Puts something else in one place of the header."""
    if not header:
        header[numbers.choice(["a", "..", "a/b", "", "__metadata__"])] = odd_value(numbers)
        return
    name = numbers.choice(list(header))
    entry = header[name]
    what = numbers.randrange(6)
    if what == 0 or not isinstance(entry, dict) or not entry:
        header[name] = odd_value(numbers)
    elif what == 1:
        header[numbers.choice(["..", ".", "a/b", "", "x\x7fy", "é", "__metadata__"])] = header.pop(name)
    elif what == 2:
        entry[numbers.choice(["dtype", "shape", "data_offsets", "more", "strides"])] = odd_value(numbers)
    elif what == 3:
        entry.pop(numbers.choice(list(entry)))
    else:
        key = numbers.choice(["shape", "data_offsets"])
        values = entry.get(key)
        if isinstance(values, list) and values:
            values[numbers.randrange(len(values))] = numbers.choice([odd_value(numbers), numbers.randrange(40)])


PIECES = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"\t",
    b"\0",
    b"\\",
    b"//",
    b"0",
    b"-",
    b"1",
    b".5",
    b"e3",
]
PIECES += [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\u0000", b"\\ud800", b"\\u0061", b"null", b"NaN"]


def changed_bytes(text: bytes, numbers: random.Random) -> bytes:
    at = numbers.randrange(len(text) + 1)
    what = numbers.randrange(4)
    if what == 0:
        return text[:at] + numbers.choice(PIECES) + text[at:]
    if what == 1:
        return text[:at] + text[at + numbers.randrange(1, 4) :]
    if what == 2:
        return text[:at] + numbers.choice(PIECES) + text[at + 1 :]
    other = numbers.randrange(len(text) + 1)
    return text[:at] + text[min(at, other) : max(at, other)] + text[at:]


def mutated(numbers: random.Random) -> tuple[bytes, int]:
    header, data_bytes = random_header(numbers)
    for _ in range(numbers.choice((0, 0, 1, 1, 2))):
        changed_value(header, numbers)
    text = json.dumps(header, separators=numbers.choice([(",", ":"), (", ", ": ")])).encode()
    text += b" " * numbers.choice((0, 0, 7, 8))
    for _ in range(numbers.choice((0, 0, 0, 1, 2))):
        text = changed_bytes(text, numbers)
    if numbers.random() < 0.1:
        data_bytes = max(0, data_bytes + numbers.choice((-8, -1, 1, 8)))
    return text, data_bytes


def has_twice(header: bytes) -> bool:
    """Whether a name occurs twice. The reference keeps the last one only, whatever the first one says."""
    seen = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen.append(len({name for name, _ in pairs}) < len(pairs))
        return dict(pairs)

    json.loads(header, object_pairs_hook=note)
    return any(seen)


def difference(header: bytes, data_bytes: int) -> str:
    read, reference = ours(header, data_bytes), theirs(header, data_bytes)
    if isinstance(read, dict):
        return "" if read == reference else f"we read {read}, the reference {reference}"
    if reference is None or any(re.search(reason, read) for reason in STRICTER) or has_twice(header):
        return ""
    return f"the reference accepts what we do not: {read}"


@pytest.mark.parametrize("seed", [20250120, 1])
def test_the_reference_reader_agrees(seed: int) -> None:
    numbers = random.Random(seed)
    accepted = stricter = 0
    for _ in range(ROUNDS):
        header, data_bytes = mutated(numbers)
        assert difference(header, data_bytes) == "", (header, data_bytes)
        is_accepted = isinstance(ours(header, data_bytes), dict)
        accepted += is_accepted
        stricter += not is_accepted and theirs(header, data_bytes) is not None
    assert accepted > ROUNDS // 20  # otherwise the mutations hit one thing only
    assert stricter < accepted


@pytest.mark.parametrize(
    "dtype", ["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "F8_E5M2", "F8_E4M3FNUZ", "C64", "U16", "U64"]
)
@pytest.mark.parametrize("shape", [[1], [2], [3], [4], [8], [0], []])
@pytest.mark.parametrize("data_bytes", [0, 1, 2, 3, 4, 6, 8, 16, 32, 64])
def test_every_dtype_has_the_size_of_the_reference(dtype: str, shape: list[int], data_bytes: int) -> None:
    header = json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": [0, data_bytes]}}).encode()
    assert difference(header, data_bytes) == ""
