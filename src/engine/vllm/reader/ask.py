# SPDX-License-Identifier: Apache-2.0
"""Asks the installed vLLM which bytes of a checkpoint each rank takes. No GPU is needed and no weight is read: the
model is made on the meta device, and vLLM's own loaders get tensors that only note what is asked of them.

Usage: ask.py QUESTIONS, with the Python of an environment that has vLLM. The file QUESTIONS is a list of {"folder",
"tensor_parallel", "pipeline_parallel", "expert_parallel": whether experts stay whole, "layers_per_stage": [...], empty
for vLLM's own}. The safetensors files in
the folder may hold headers alone, followed by a hole. The program ends when standard input does, so that it never
outlives who asked.

Standard output has lines of JSON, for each question in turn:
    {"question": I, "version": V, "tensors": [NAME, ...]}
    {"layers_per_stage": [...]}
    {"rank", "tensor_rank", "pipeline_rank",                                                            for each rank
     "parameters": [{"name", "dtype", "shape": [...], "bytes"}, ...], "buffer_bytes",
     "reads": [[TENSOR, OFFSET, ROWS, RUN, STRIDE], ...], "computed": [{"tensor", "operation"}, ...]}
    {"end": I, "key_list_sha256": HASH, "refusal": ""}
TENSOR is a place in "tensors", OFFSET counts in the file, and all four numbers are bytes or a count of runs. What is
"computed" was not only copied: something was calculated from those values. "refusal" holds vLLM's own
words where it does not make or load such a model; there may be fewer lines before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # python -I does not

import torch
from engine import VERSION, engine_config, model_of_rank
from recorder import COPIES, Recorder
from vllm.distributed.utils import get_pp_indices

MOST_HEADER_BYTES = 100_000_000  # huggingface/safetensors, safetensors/src/tensor.rs
MOST_WORDS = 2000  # of a refusal: some repeat a whole configuration
TORCH_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E8M0": "float8_e8m0fnu",
    "I16": "int16",
    "U16": "uint16",
    "F16": "float16",
    "BF16": "bfloat16",
    "I32": "int32",
    "U32": "uint32",
    "F32": "float32",
    "F64": "float64",
    "I64": "int64",
    "U64": "uint64",
}
# By the name in a safetensors header; without those that this torch is too old for.
DTYPES = {name: getattr(torch, dtype) for name, dtype in TORCH_DTYPES.items() if hasattr(torch, dtype)}
# Ends of parameters that vLLM makes itself and that need not be in a checkpoint: of the key/value cache; of experts in
# groups their order and biases, which are neighbours and zero where there are none.
MADE = (
    *(f"{part}_{kind}" for part in ("k", "v", "q") for kind in ("scale", "zero_point")),
    "prob_scale",
    "g_idx",
    "g_idx_sort_indices",
    "w13_bias",
    "w2_bias",
)


@dataclass(frozen=True)
class FileTensor:
    file: str
    offset_bytes: int  # in the file
    dtype: str
    shape: list[int]


def header_of(path: Path) -> tuple[int, dict]:
    """Where a file's tensors begin, and what it says of them."""
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= MOST_HEADER_BYTES:
            raise ValueError(f"{path}: a header of {length} bytes; expected 2 to {MOST_HEADER_BYTES}")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return 8 + length, header


class CheckpointHeaders:
    """What the files of a checkpoint say of its tensors."""

    def __init__(self, folder: Path) -> None:
        index = folder / "model.safetensors.index.json"
        if index.exists():
            names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
        else:
            names = sorted(path.name for path in folder.glob("*.safetensors"))
        if not names:
            raise ValueError(f"{folder}: holds no .safetensors file")
        for name in names:
            if Path(name).name != name:
                raise ValueError(f"{index}: {name!r} is not the name of a file beside it")
        self.tensors: dict[str, FileTensor] = {}
        for name in names:
            begin, header = header_of(folder / name)
            for tensor, entry in header.items():
                if entry["dtype"] not in DTYPES:
                    raise ValueError(f"{name}: {tensor} is {entry['dtype']}; expected one of {', '.join(DTYPES)}")
                self.tensors[tensor] = FileTensor(
                    name, begin + entry["data_offsets"][0], entry["dtype"], entry["shape"]
                )

    def weights(self, recorder: Recorder) -> Iterator[tuple[str, torch.Tensor]]:
        for name, tensor in self.tensors.items():
            yield name, recorder.make_weight(name, tensor.shape, DTYPES[tensor.dtype])


def missing_parameters(model: torch.nn.Module, loaded: set[str] | None) -> set[str]:
    """Parameters that nothing in the checkpoint was for."""
    if loaded is None:
        return set()
    return {name for name, _ in model.named_parameters() if not name.endswith(MADE)} - loaded


def load(model: torch.nn.Module, headers: CheckpointHeaders) -> Recorder:
    """What a rank's loaders ask for."""
    recorder = Recorder()
    recorder.know_parameters(model)
    with recorder:
        loaded = model.load_weights(headers.weights(recorder))
    missing = missing_parameters(model, loaded)
    if missing:
        raise ValueError(f"nothing in the checkpoint is for {sorted(missing)[:5]} ({len(missing)} in all)")
    return recorder


def parameters_of(model: torch.nn.Module) -> list[dict]:
    return [
        {
            "name": name,
            "dtype": str(parameter.dtype).removeprefix("torch."),
            "shape": list(parameter.shape),
            "bytes": parameter.nbytes,
        }
        for name, parameter in model.named_parameters(remove_duplicate=True)
    ]


def buffer_bytes_of(model: torch.nn.Module) -> int:
    """Rotary tables and the like, each counted once however many layers share it."""
    return sum({b.untyped_storage()._cdata: b.untyped_storage().nbytes() for b in model.buffers()}.values())


def say_rank(rank: int, tensor_parallel: int, vllm_config, headers: CheckpointHeaders) -> dict:
    place = {name: i for i, name in enumerate(headers.tensors)}
    with model_of_rank(vllm_config, rank) as model:
        # Before it is loaded: loaders leave tensors of their own in some models.
        parameters, buffer_bytes = parameters_of(model), buffer_bytes_of(model)
        recorder = load(model, headers)
    reads, computed = set(), set()
    for read in recorder.reads:
        begin = headers.tensors[read.weight].offset_bytes
        for piece in read.slices:
            reads.add((place[read.weight], begin + piece.offset_bytes, piece.rows, piece.run_bytes, piece.stride_bytes))
        if read.operation not in COPIES:
            computed.add((place[read.weight], read.operation))
    return {
        "rank": rank,
        "tensor_rank": rank % tensor_parallel,
        "pipeline_rank": rank // tensor_parallel,
        "parameters": parameters,
        "buffer_bytes": buffer_bytes,
        "reads": sorted(reads),
        "computed": [{"tensor": tensor, "operation": operation} for tensor, operation in sorted(computed)],
    }


def words_of(refused: Exception) -> str:
    """One line. A configuration that pydantic refused is repeated in its text, and told apart from the reasons."""
    reasons = refused.errors() if hasattr(refused, "errors") else []
    text = "; ".join(reason["msg"].removeprefix("Value error, ") for reason in reasons) or str(refused)
    if not text:  # an assertion
        place = traceback.extract_tb(refused.__traceback__)[-1]
        text = f"{place.line} ({Path(place.filename).name}:{place.lineno})"
    return " ".join(f"{type(refused).__name__}: {text}".split())[:MOST_WORDS]


def answer(number: int, question: dict) -> Iterator[dict]:
    tensor_parallel, pipeline_parallel = question["tensor_parallel"], question["pipeline_parallel"]
    headers = CheckpointHeaders(Path(question["folder"]))
    yield {"question": number, "version": VERSION, "tensors": list(headers.tensors)}
    os.environ.pop("VLLM_PP_LAYER_PARTITION", None)
    if question["layers_per_stage"]:
        os.environ["VLLM_PP_LAYER_PARTITION"] = ",".join(map(str, question["layers_per_stage"]))
    refusal, keys = "", hashlib.sha256()
    try:
        vllm_config = engine_config(
            Path(question["folder"]), tensor_parallel, pipeline_parallel, expert_parallel=question["expert_parallel"]
        )
        layers = vllm_config.model_config.hf_text_config.num_hidden_layers
        stages = [get_pp_indices(layers, stage, pipeline_parallel) for stage in range(pipeline_parallel)]
        yield {"layers_per_stage": [end - begin for begin, end in stages]}
        for rank in range(tensor_parallel * pipeline_parallel):
            said = say_rank(rank, tensor_parallel, vllm_config, headers)
            for parameter in said["parameters"]:
                shape = "x".join(map(str, parameter["shape"]))
                keys.update(f"{rank} {parameter['name']} {parameter['dtype']} {shape}\n".encode())
            yield said
    except Exception as refused:
        refusal = words_of(refused)
        traceback.print_exc()  # a mistake of ours would look like a refusal
    yield {"end": number, "key_list_sha256": keys.hexdigest(), "refusal": refusal}


def end_with_standard_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the engine prints is no answer
    questions = json.loads(Path(sys.argv[1]).read_text())
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    for number, question in enumerate(questions):
        for line in answer(number, question):
            json.dump(line, answers, separators=(",", ":"))
            answers.write("\n")
            answers.flush()
    answers.close()
    os._exit(0)  # vLLM's threads outlive a normal end


if __name__ == "__main__":
    main()
