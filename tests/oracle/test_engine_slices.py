# SPDX-License-Identifier: Apache-2.0
"""Our slices are those that vLLM's own loaders ask for: rank by rank, byte by byte.

The short form, for tests/run.sh, asks one version of vLLM about five checkpoints; --nightly asks three versions about
all of them, and about random shapes.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from conftest import ENGINES, Answer, ask_engine, run_in_engine
from families import FAMILIES, QUANTISED
from make_checkpoint import make
from random_shapes import random_shape

import r1cluster

NEWEST = next(iter(ENGINES))
LAYOUTS = [(tensor, pipeline) for tensor in (1, 2, 4) for pipeline in (1, 2)]

# More than the families' usual shapes: fewer key/value heads than ranks, and a head that is said to be tied.
CHECKPOINTS: dict[str, tuple[str, dict]] = {family: (family, {}) for family in FAMILIES}
CHECKPOINTS["llama_1_kv_head"] = ("llama", {"num_key_value_heads": 1})
CHECKPOINTS["llama_2_kv_heads"] = ("llama", {"num_key_value_heads": 2})
CHECKPOINTS["llama_tied_with_head"] = ("llama_tied", {"has_head": True})
CHECKPOINTS["llama_whole_vocabulary"] = ("llama", {"vocab_size": 1024})
CHECKPOINTS |= {family: (family, {}) for family in QUANTISED}
SHORT = {"llama_1_kv_head", "qwen2_moe", "deepseek_v3_fp8", "llama_gptq", "deepseek_v3_awq"}

NO_SCHEME = "RuntimeError: Unsupported FusedMoe scheme"
NOT_NESTED = "Cannot find any of ['quantization'] in the model's quantization config."
# What a version of vLLM does not make, and how it says so: version, pattern of names, stages at least. The first row
# that fits counts.
REFUSALS = (
    ("0.32.0", r".*_gptq_order", 1, "ValidationError: GPTQ group activation ordering (desc_act=True) is no longer"),
    ("0.32.0", r".*_w4a16_order", 1, "ValidationError: Compressed-tensors group/dynamic activation ordering"),
    ("0.32.0", r"(qwen3_moe|deepseek_v3)_w8a8_static", 1, NO_SCHEME),
    # Ways to quantise, or their tools' words, that are younger than it is.
    ("0.9.2", r".*_fp8_compressed_block", 1, "ValidationError: Input should be a valid string"),
    ("0.9.2", r".*_modelopt_fp8", 1, f"ValidationError: {NOT_NESTED}"),
    ("0.9.2", r".*_nvfp4", 1, "RuntimeError: ('Quantization scheme is not supported for "),
    ("0.9.2", r"qwen3_moe_w8a8_static", 1, NO_SCHEME),
    ("0.9.2", r"qwen3_moe_w4a16_zeros", 1, "AssertionError: Only symmetric quantization is supported for MoE"),
    ("0.9.2", r"(deepseek|kimi).*", 2, "AssertionError: "),  # vllm-project/vllm#20647
    ("0.9.2", r"deepseek_v3_w8a8_static", 1, NO_SCHEME),
    ("0.9.2", r"deepseek_v3_w4a16_zeros", 1, "AssertionError: Only symmetric quantization is supported for MoE"),
    ("0.7.1", r"qwen3.*", 1, "ValueError: The checkpoint you are trying to load has model type"),
    ("0.7.1", r"kimi_k2", 1, "ValueError: Head size 192 is not supported"),
    ("0.7.1", r".*_fp8_compressed_block", 1, "ValidationError: Input should be a valid string"),
    ("0.7.1", r".*_modelopt_fp8", 1, f"ValueError: {NOT_NESTED}"),
    ("0.7.1", r".*_nvfp4", 1, "ValidationError: 'tensor_group' is not a valid QuantizationStrategy"),
    ("0.7.1", r".*_w4a16_zeros", 1, "NotImplementedError: No compressed-tensors compatible scheme was found."),
    ("0.7.1", r"(llama|qwen2)_fp8_block", 1, "RuntimeError: start ("),  # cuts scales as if they were weights
    ("0.7.1", r"deepseek_v3_w8a8(_static)?", 1, NO_SCHEME),
    ("0.7.1", r"deepseek_v3_fp8_dynamic", 1, "ValueError: For FP8 Fused MoE layers, only per-tensor scales"),
    ("0.7.1", r"deepseek_v3_(w4|w8)a16.*", 1, "AssertionError: float16 is required for MoE compressed models."),
)
# Known to be otherwise than ours (docs/models.md): it cuts the scales of experts with an order of activations.
OTHERWISE = {("0.7.1", "deepseek_v3_gptq_order")}


def refusal_of(version: str, name: str, stages: int) -> str:
    found = (
        text for of, names, least, text in REFUSALS if of == version and re.fullmatch(names, name) and stages >= least
    )
    return next(found, "")


# Refused for other reasons than the tensor parallel size: a stage without experts; widths that only a CPU refuses.
OTHER_REFUSALS = {
    "RuntimeError: No Qwen3MoE layer found in the model.layers.",
    "NotImplementedError: No Unquantized MoE backend supports the deployment configuration.",
}

Answers = dict[tuple[str, int, int], Answer]


def is_nightly(config: pytest.Config) -> bool:
    return bool(config.getoption("--nightly"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" not in metafunc.fixturenames:
        return
    nightly = is_nightly(metafunc.config)
    metafunc.parametrize("version", ENGINES if nightly else [NEWEST])
    metafunc.parametrize("name", [name for name in CHECKPOINTS if nightly or name in SHORT])
    metafunc.parametrize(("tensor_parallel", "pipeline_parallel"), LAYOUTS, ids=[f"tp{t}-pp{p}" for t, p in LAYOUTS])


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("checkpoints")
    names = CHECKPOINTS if is_nightly(request.config) else SHORT
    return {name: make(root / name, CHECKPOINTS[name][0], **CHECKPOINTS[name][1]) for name in names}


@pytest.fixture(scope="session")
def asked() -> dict[str, Answers]:
    return {}


@pytest.fixture
def answers(version: str, folders: dict[str, Path], asked: dict[str, Answers]) -> Answers:
    """Everything at once, because to import vLLM takes longer than to answer."""
    if version not in asked:
        keys = [(name, tensor, pipeline) for name in folders for tensor, pipeline in LAYOUTS]
        cases = [(folders[name], tensor, pipeline) for name, tensor, pipeline in keys]
        asked[version] = dict(zip(keys, ask_engine(version, cases), strict=True))
    return asked[version]


def test_our_slices_are_the_engines(
    version: str, name: str, tensor_parallel: int, pipeline_parallel: int, answers: Answers
) -> None:
    answer = answers[name, tensor_parallel, pipeline_parallel]
    assert answer.plan.engine_version == version
    expected = refusal_of(version, name, pipeline_parallel)
    if expected:
        assert answer.plan.refusal.startswith(expected)
        return
    assert answer.plan.refusal == ""
    assert r1cluster.model.tensor_parallel_refusal(answer.checkpoint.config, tensor_parallel) == ""
    lines = answer.differences()
    if (version, name) in OTHERWISE and tensor_parallel > 1:
        assert all(re.search(r"experts\..*\.down_proj\.(qzeros|scales)\"", line) for line in lines)
        return
    assert not lines, f"{len(lines)} differences:\n" + "\n".join(lines[:10])


def test_every_read_is_a_mere_copy(
    version: str, name: str, tensor_parallel: int, pipeline_parallel: int, answers: Answers
) -> None:
    """Otherwise a loader computes something from a weight, and what it needs of it is no slice."""
    assert answers[name, tensor_parallel, pipeline_parallel].plan.warnings == []


def test_the_default_partition_is_the_engines(
    version: str, name: str, tensor_parallel: int, pipeline_parallel: int, answers: Answers
) -> None:
    plan = answers[name, tensor_parallel, pipeline_parallel].plan
    if plan.refusal:
        return
    layers = sum(plan.layers_per_stage)
    expected = r1cluster.engine.default_partition(
        layers, pipeline_parallel, r1cluster.engine.Engine(version=r1cluster.Version.parse(version))
    )
    assert plan.layers_per_stage == expected


# 7 experts for 2 and for 4 ranks: some have one more than others, and versions differ in which.
WITH_EXPERTS = {
    "mixtral": {"num_local_experts": 7},
    "qwen2_moe": {"num_experts": 7},
    "qwen3_moe": {"num_experts": 7},
    "deepseek_v3_fp8": {},
}


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["0.32.0", "0.9.2"])
def test_whole_experts_are_where_the_engine_has_them(version: str, tmp_path: Path) -> None:
    cases = [
        (folder, tensor_parallel, pipeline_parallel)
        for folder in (make(tmp_path / family, family, **shape) for family, shape in WITH_EXPERTS.items())
        for tensor_parallel, pipeline_parallel in ((2, 1), (2, 2), (4, 1), (4, 2))
    ]
    wrong = []
    for (folder, tensor, pipeline), answer in zip(cases, ask_engine(version, cases, expert_parallel=True), strict=True):
        expected = refusal_of(version, folder.name, pipeline)
        if expected:
            assert answer.plan.refusal.startswith(expected)
            continue
        assert answer.plan.refusal == ""
        wrong += [f"{folder.name} TP {tensor}: {line}" for line in answer.differences()]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.nightly
@pytest.mark.parametrize("checkpoint", ["llama_1_kv_head", "qwen2_moe", "deepseek_v3_fp8"])
def test_the_recorder_saw_all_bytes_and_no_others(checkpoint: str, folders: dict[str, Path]) -> None:
    said = run_in_engine(NEWEST, "prove_recorder.py", str(folders[checkpoint]), "2", "2")
    assert said == f"{checkpoint}: 4 ranks loaded what was recorded\n"


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [20250120, 1, 2])
def test_random_shapes_too(seed: int, tmp_path: Path) -> None:
    numbers = random.Random(seed)
    cases = []
    for i in range(40):
        family, shape = random_shape(numbers)
        folder = make(tmp_path / f"{i:02}-{family}", family, **shape)
        dividing = [size for size in (1, 2, 3, 4, 6, 8) if shape["num_attention_heads"] % size == 0]
        layouts = {(numbers.choice([*dividing, 3]), numbers.choice((1, 2, 3))) for _ in range(3)}
        cases += [(folder, t, p) for t, p in sorted(layouts)]
    compared, wrong = 0, []
    for (folder, tensor_parallel, pipeline_parallel), answer in zip(cases, ask_engine(NEWEST, cases), strict=True):
        config, refusal = answer.checkpoint.config, answer.plan.refusal
        ours = r1cluster.model.tensor_parallel_refusal(config, tensor_parallel)
        if pipeline_parallel > config.layers:
            ours = "more stages than layers"
        if refusal:
            lines = [] if ours or refusal in OTHER_REFUSALS else [f"the engine refuses: {refusal}"]
        elif ours:
            lines = []  # docs/models.md says what newer versions do that we do not
        else:
            lines = answer.differences()
            compared += 1
        wrong += [f"{folder.name} {tensor_parallel} {pipeline_parallel}: {line}" for line in lines]
    assert not wrong, "\n".join(wrong[:20])
    assert compared > 30
