# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import enum
from collections.abc import Sequence

from ._core import Value
from .knowledge import Knowledge
from .readings import CheckpointText
from .units import Version

__all__ = [
    "Cast",
    "Checkpoint",
    "CheckpointSummary",
    "ExpertPlacement",
    "Experts",
    "GroupRank",
    "LatentAttention",
    "LayerSum",
    "Loading",
    "ModelConfig",
    "Quantization",
    "ShardFile",
    "Slice",
    "SliceRule",
    "Tensor",
    "TensorPlace",
    "TensorSum",
    "cast_of",
    "checkpoint_summary",
    "dtype_bits",
    "family_of",
    "header_length_refusal",
    "kv_bytes_per_token",
    "loaded_config",
    "parse_checkpoint",
    "parse_config",
    "parse_safetensors",
    "pipeline_refusal",
    "place_tensor",
    "slice_tensor",
    "tensor_of",
    "tensor_parallel_refusal",
]

class Cast(enum.Enum):
    none = ...
    to_bfloat16 = ...
    to_float16 = ...
    to_float32 = ...

class Checkpoint(Value):
    """A model on disk, without its weights."""

    path: str = ...
    """folder or address that it was read from"""
    config: ModelConfig = ...
    """config.json"""
    files: Sequence[ShardFile] = ...
    """in the order of their names"""
    warnings: Sequence[str] = ...
    """unusual, but loadable: "3 tensors are of no known layer" """
    def tensor_bytes(self) -> int:
        """Bytes of all tensors, without headers."""
    def tensor_count(self) -> int:
        """Number of tensors."""
    def __str__(self) -> str: ...

class CheckpointSummary(Value):
    """A checkpoint without its list of tensors."""

    path: str = ...
    """folder or address that it was read from"""
    architecture: str = ...
    """class name in config.json: "DeepseekV3ForCausalLM" """
    quantization: str = ...
    """in words; empty: none"""
    files: int = ...
    """number of safetensors files"""
    tensors: int = ...
    """number of tensors"""
    parameters: int = ...
    """number of parameters, each once"""
    next_token_parameters: int = ...
    """part of `parameters` that is in next-token (MTP) layers"""
    bytes: int = ...
    """sum over tensors, without headers"""
    by_dtype: Sequence[TensorSum] = ...
    """most bytes first"""
    by_kind: Sequence[TensorSum] = ...
    """most bytes first"""
    layers: Sequence[LayerSum] = ...
    """without tensors outside of layers"""
    warnings: Sequence[str] = ...
    """of the checkpoint"""

class ExpertPlacement(enum.Enum):
    """Which experts a rank has with expert parallelism (--expert-placement-strategy). With both placements the
    first `experts % ranks` ranks have one expert more; in old releases the last rank had the whole remainder.
    The engine uses round robin only for models with expert groups, and logs when it falls back."""

    linear = ...
    """rank r has the r-th run of consecutive experts"""
    round_robin = ...
    """rank r has the experts r, r + ranks, r + 2 ranks, ..."""

class Experts(Value):
    """The experts of a mixture-of-experts model."""

    routed: int = ...
    """number of routed experts"""
    shared: int = ...
    """number of shared experts"""
    per_token: int = ...
    """routed experts that each token uses"""
    intermediate_size: int = ...
    """width of one expert"""
    first_dense_layers: int = ...
    """layers before the first one with experts"""
    shared_intermediate_size: int = ...
    """sum over all shared experts"""
    later_dense_layers: Sequence[int] = ...
    """further dense layers, in order"""

class GroupRank(Value):
    """The position of a rank in its tensor-parallel, data-parallel and expert-parallel groups."""

    tensor_rank: int = ...
    """in its tensor-parallel group"""
    tensor_parallel: int = ...
    """ranks of the tensor-parallel group"""
    data_rank: int = ...
    """in its data-parallel group"""
    data_parallel: int = ...
    """ranks of the data-parallel group"""
    is_expert_parallel: bool = ...
    """whole experts, distributed over data_parallel * tensor_parallel ranks"""

class LatentAttention(Value):
    """Multi-head latent attention (DeepSeek-V2 and later)."""

    q_lora_rank: int = ...
    """0: the query is not compressed"""
    kv_lora_rank: int = ...
    """elements of the compressed key and value"""
    qk_nope_head_dim: int = ...
    """elements of a head without rotation"""
    qk_rope_head_dim: int = ...
    """elements of a head with rotation"""
    v_head_dim: int = ...
    """elements of a head's value"""

class LayerSum(Value):
    """Consecutive layers of the same kind and size. The sums are those of one layer."""

    first: int = ...
    """first layer"""
    last: int = ...
    """last layer"""
    kind: str = ...
    """"dense", "experts" or "next-token" """
    tensors: int = ...
    """number of tensors in each of them"""
    parameters: int = ...
    """number of parameters in each of them"""
    bytes: int = ...
    """of each of them"""

class Loading(Value):
    """Properties of the engine, besides the layout, that decide which bytes a rank reads and their dtype in
    memory."""

    engine: str = ...
    """release of the engine that a spec gets by default: "0.32.0"; empty: the newest known"""
    dtype: str = ...
    """value of --dtype: "float16"; empty: dtype of config.json"""
    drafts_next_tokens: bool = ...
    """Speculative decoding with the checkpoint's own next-token (MTP) layers: the last stage reads these layers
    into a draft model."""
    expert_placement: ExpertPlacement = ...
    """which experts each rank has"""

class ModelConfig(Value):
    """The shape of a model: config.json, read strictly."""

    architecture: str = ...
    """"DeepseekV3ForCausalLM" """
    model_type: str = ...
    """"deepseek_v3" """
    dtype: str = ...
    """"bfloat16": of activations and unquantised weights"""
    hidden_size: int = ...
    """elements of a token's state"""
    intermediate_size: int = ...
    """width of a dense layer"""
    layers: int = ...
    """without those that draft tokens"""
    attention_heads: int = ...
    """number of query heads"""
    kv_heads: int = ...
    """number of key/value heads"""
    head_dim: int = ...
    """elements of one head"""
    vocabulary_size: int = ...
    """number of tokens"""
    max_position: int = ...
    """longest context in tokens; 0: not said"""
    next_token_layers: int = ...
    """multi-token-prediction (MTP) layers after the main ones"""
    ties_embeddings: bool = ...
    """input and output embeddings are one tensor"""
    has_remote_code: bool = ...
    """"auto_map": Python code beside the weights, never run"""
    latent_attention: LatentAttention | None = ...
    """unset: the model has none"""
    experts: Experts | None = ...
    """unset: the model has none"""
    quantization: Quantization | None = ...
    """unset: weights are not quantised"""

class Quantization(Value):
    """How the weights are stored: quantization_config, in terms common to all tools that write it."""

    method: str = ...
    """quant_method: "fp8", "awq", "gptq", "compressed-tensors", "modelopt", "mxfp4" """
    block: Sequence[int] = ...
    """[rows, columns] that share one scale; empty: no blocks"""
    format: str = ...
    """format in docs/models.md: "awq", "fp8_block"; empty: not in that table"""
    bits: int = ...
    """bits per weight; 0: unknown"""
    group_size: int = ...
    """weights of a row that share a scale; 0: the whole row or tensor"""
    has_zero_points: bool = ...
    """the range of values is not symmetrical"""
    has_activation_order: bool = ...
    """GPTQ's desc_act: g_idx assigns each input to its group"""
    has_weight_order: bool = ...
    """actorder "weight": quantised in activation order, but groups are contiguous inputs"""
    activations: str = ...
    """"dynamic" or "static" if activations are quantised"""
    kv_cache: str = ...
    """"float8"; empty: not quantised"""
    ignored: Sequence[str] = ...
    """modules, or patterns of modules, that are not quantised"""

class ShardFile(Value):
    """One safetensors file of a checkpoint."""

    name: str = ...
    """in the checkpoint"""
    size_bytes: int = ...
    """of the file"""
    header_bytes: int = ...
    """8-byte length field and JSON"""
    tensors: Sequence[Tensor] = ...
    """ordered by offset"""

class Slice(Value):
    """A contiguous or regularly strided part of a file: `rows` runs of `run_bytes`, the first at `offset_bytes`
    of the file, each further run `stride_bytes` later. A slice has no names, because a plan of R1 for 16
    ranks has 723,000 slices; the checkpoint has the names."""

    file: int = ...
    """index into Checkpoint::files"""
    tensor: int = ...
    """index into ShardFile::tensors, which is ordered by offset"""
    offset_bytes: int = ...
    """in the file"""
    rows: int = ...
    """0: the rank has only padding"""
    run_bytes: int = ...
    """read from each row"""
    stride_bytes: int = ...
    """from row to row"""
    padding_rows: int = ...
    """rows of zeros that the engine appends (vocabulary)"""
    replicas: int = ...
    """number of ranks that read the same bytes, including this rank"""
    cast: Cast = ...
    """what becomes of the elements"""
    def bytes(self) -> int:
        """Bytes of the file that are read."""

class SliceRule(enum.Enum):
    """How one tensor is divided over the ranks of its group."""

    replicate = ...
    """every rank has the whole tensor"""
    rows = ...
    """rank r of T has rows [r*n/T, (r+1)*n/T): one run of bytes"""
    columns = ...
    """columns [r*n/T, (r+1)*n/T): one run per row"""
    kv_rows = ...
    """rows of whole key/value heads; with T > heads, neighbouring ranks share a head"""
    kv_columns = ...
    """columns of whole key/value heads, for quantised weights stored as [input, output]"""
    vocabulary = ...
    """rows of the vocabulary, padded to a multiple of 64; the file has no padding"""

class Tensor(Value):
    """One tensor of a safetensors file."""

    name: str = ...
    """in the file"""
    dtype: str = ...
    """as in the file: "BF16", "F8_E4M3", "F32" """
    shape: Sequence[int] = ...
    """elements in each dimension"""
    offset_bytes: int = ...
    """from the start of the *file*"""
    size_bytes: int = ...
    """in the file"""

class TensorPlace(Value):
    """Where a tensor belongs in a pipeline."""

    layer: int | None = ...
    """decoder layer; unset: before or after all layers"""
    is_on_first_stage: bool = ...
    """embedding"""
    is_on_last_stage: bool = ...
    """final norm, head; tied embeddings are on both"""
    is_skipped: bool = ...
    """no rank reads it (MTP layers, rotary caches)"""
    rule: SliceRule = ...
    """how it is divided"""
    is_on_every_stage: bool = ...
    """also on all stages in between"""
    expert: int | None = ...
    """routed expert: divided over the expert group, or whole on one rank"""
    is_float32: bool = ...
    """the engine keeps float32 for any compute dtype"""

class TensorSum(Value):
    """Sum over tensors of one dtype or kind. Parameters are learned numbers: packed weights count unpacked,
    scales do not count."""

    name: str = ...
    """"BF16" or "attention" """
    tensors: int = ...
    """number of tensors"""
    parameters: int = ...
    """number of parameters"""
    bytes: int = ...
    """in the files"""

def cast_of(
    config: ModelConfig,
    tensor: Tensor,
    place: TensorPlace,
    loading: Loading = ...,
    *,
    knowledge: Knowledge | None = None,
) -> Cast:
    """What the engine makes of a tensor's elements."""

def checkpoint_summary(checkpoint: Checkpoint) -> CheckpointSummary:
    """Parameters and bytes of a checkpoint by dtype, kind and layer."""

def dtype_bits(dtype: str) -> int:
    """Bits of one element; 0 for an unknown dtype."""

def family_of(config: ModelConfig) -> str:
    """The family of models whose slicing is known."""

def header_length_refusal(declared_header_bytes: int, file_size_bytes: int) -> str:
    """Why a file of this size may not declare such a header; empty: it may."""

def kv_bytes_per_token(config: ModelConfig, layers: int, tensor_parallel: int) -> int:
    """Key/value cache that one token takes on one rank."""

def loaded_config(
    checkpoint: Checkpoint, engine: Version | None = None, *, knowledge: Knowledge | None = None
) -> ModelConfig:
    """The shape that this version of the engine, or the newest known, builds for a checkpoint."""

def parse_checkpoint(text: CheckpointText) -> Checkpoint:
    """The checkpoint of these texts; InvalidInput names a missing shard or tensor."""

def parse_config(text: str, source: str = "config.json") -> ModelConfig:
    """Reads the text of a config.json, strictly."""

def parse_safetensors(header: str, file_size_bytes: int, source: str) -> list[Tensor]:
    """The tensors of one file, from its JSON header."""

def pipeline_refusal(
    config: ModelConfig,
    layers_per_stage: Sequence[int],
    engine: Version | None = None,
    *,
    knowledge: Knowledge | None = None,
) -> str:
    """Why this version does not start with these layers; empty: it does."""

def place_tensor(
    config: ModelConfig, tensor_name: str, loading: Loading = ..., *, knowledge: Knowledge | None = None
) -> TensorPlace | None:
    """Place and rule of one tensor; None where the family has no such tensor."""

def slice_tensor(
    config: ModelConfig,
    tensor: Tensor,
    place: TensorPlace,
    rank: GroupRank,
    loading: Loading = ...,
    *,
    knowledge: Knowledge | None = None,
) -> Slice:
    """The bytes of a tensor that one rank needs."""

def tensor_of(checkpoint: Checkpoint, slice: Slice) -> Tensor:
    """The tensor that a slice is of."""

def tensor_parallel_refusal(
    config: ModelConfig, tensor_parallel: int, data_parallel: int = 1, is_expert_parallel: bool = False
) -> str:
    """Why this size cannot be, in the engine's terms; empty: it can."""
