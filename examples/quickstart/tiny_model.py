#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a checkpoint of DeepSeek-R1's architecture that is small enough for a laptop and says something.

Usage: tiny_model.py FOLDER   (with the engine environment's Python: it needs torch and transformers)

Multi-head latent attention, a dense layer and then mixture-of-experts layers with grouped sigmoid routing and a
shared expert, a next-token-prediction layer at the end that an engine skips: what DeepSeek-R1 has, in 30 MB of
bfloat16 over several safetensors files. From random weights it is fitted to a few questions and their answers, so
that greedy decoding gives the answers back word for word. A rank that got the wrong part of a tensor says
something else, which makes the answer a check of everything between the files and the token.

Nothing is done where FOLDER exists: it gets its name only when it is complete.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

QUESTIONS_AND_ANSWERS = {
    "What did you do today?": "I was cut into slices, carried to two machines, and put together again word for word.",
    "Who are you?": "I am a very small model with the bones of a very large one.",
}
SEED = 20250120
MAX_STEPS = 400
# Low enough for the gap between the right token and the next one to survive rounding to bfloat16; no lower, because
# a model that is surer of itself also hides more mistakes.
ENOUGH_LOSS = 0.05
SHARDS = 8
SPECIAL_TOKENS = ["<|begin|>", "<|end|>", "<|user|>", "<|assistant|>"]
VOCABULARY = 320
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}<|assistant|>{{ message['content'] }}<|end|>"
    "{% else %}<|user|>{{ message['content'] }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
# The keys and values of DeepSeek-R1's own config.json, with smaller sizes. Its heads keep their shape, because
# kernels for latent attention are written for 512 + 64, and its positions their scaling: without it, vLLM 0.32 on CPU
# takes a kernel that rotates a prompt's queries wrongly where a rank has more than one head.
CONFIG = {
    "architectures": ["DeepseekV3ForCausalLM"],
    "model_type": "deepseek_v3",
    "torch_dtype": "bfloat16",
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 256,
    "eos_token_id": 257,
    "ep_size": 1,
    "first_k_dense_replace": 1,
    "hidden_act": "silu",
    "hidden_size": 256,
    "initializer_range": 0.02,
    "intermediate_size": 512,
    "kv_lora_rank": 512,
    "max_position_embeddings": 163840,
    "moe_intermediate_size": 128,
    "moe_layer_freq": 1,
    "n_group": 4,
    "n_routed_experts": 16,
    "n_shared_experts": 1,
    "norm_topk_prob": True,
    "num_attention_heads": 4,
    "num_experts_per_tok": 4,
    "num_hidden_layers": 5,
    "num_key_value_heads": 4,
    "num_nextn_predict_layers": 1,
    "q_lora_rank": 256,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "rms_norm_eps": 1e-06,
    "rope_scaling": {
        "beta_fast": 32,
        "beta_slow": 1,
        "factor": 40,
        "mscale": 1.0,
        "mscale_all_dim": 1.0,
        "original_max_position_embeddings": 4096,
        "type": "yarn",
    },
    "rope_theta": 10000,
    "routed_scaling_factor": 2.5,
    "scoring_func": "sigmoid",
    "tie_word_embeddings": False,
    "topk_group": 2,
    "topk_method": "noaux_tc",
    "use_cache": True,
    "v_head_dim": 128,
    "vocab_size": VOCABULARY,
}


last_said = 0.0


def say(text: str, *, is_done: bool = False) -> None:
    """Progress: one line that is rewritten on a terminal, elsewhere a line every ten seconds."""
    global last_said
    if sys.stderr.isatty():
        print(f"\r\033[K  {text}", end="\n" if is_done else "", file=sys.stderr, flush=True)
    elif is_done or time.monotonic() - last_said > 10:
        print(f"  {text}", file=sys.stderr, flush=True)
        last_said = time.monotonic()


def write_tokenizer(folder: Path) -> None:
    """One token for each byte, so that a text needs no vocabulary. Every id below the vocabulary's size has a text:
    an engine may produce any of them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {text: i for i, text in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    spare = [f"<|spare_{i}|>" for i in range(VOCABULARY - len(vocabulary) - len(SPECIAL_TOKENS))]
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    tokenizer.add_tokens(spare)
    assert tokenizer.get_vocab_size() == VOCABULARY
    assert tokenizer.token_to_id("<|begin|>") == CONFIG["bos_token_id"]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|begin|>", eos_token="<|end|>", clean_up_tokenization_spaces=False
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)


def conversations(tokenizer) -> list[tuple[list[int], list[int]]]:
    """Prompt and answer of each pair, as token ids."""
    pairs = []
    for question, answer in QUESTIONS_AND_ANSWERS.items():
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], tokenize=False, add_generation_prompt=True
        )
        prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
        pairs.append((prompt, tokenizer(answer, add_special_tokens=False)["input_ids"] + [CONFIG["eos_token_id"]]))
    return pairs


def fitted_model(pairs):
    """The model in bfloat16, fitted until it surely knows the answers. Processors compute differently: where the loss
    says so and the rounded model does not give them, it goes on."""
    import copy

    import torch
    from transformers import DeepseekV3Config, DeepseekV3ForCausalLM

    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # threads that wait for each other make this crawl on a machine that is busy otherwise
    model = DeepseekV3ForCausalLM(DeepseekV3Config(**CONFIG)).float()
    # Attention alone could learn the answers. Feed-forward weights that start larger, the more so the deeper they
    # are, keep every layer's experts in the sum, so that a wrong part of them is heard.
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ".mlp." in name and not name.endswith(".mlp.gate.weight"):
                layer = int(name.split(".")[2])
                weight.mul_(2 if layer == 0 else 4 * 3 ** (layer - 1) if "down_proj" in name else 4)
    length = max(len(prompt) + len(answer) for prompt, answer in pairs)
    ids = torch.full((len(pairs), length), CONFIG["eos_token_id"])
    labels = torch.full((len(pairs), length), -100)  # no loss where no answer is
    for row, (prompt, answer) in enumerate(pairs):
        end = len(prompt) + len(answer)
        ids[row, :end] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : end] = torch.tensor(answer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    begin = time.monotonic()
    for step in range(1, MAX_STEPS + 1):
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rounded = copy.deepcopy(model).to(torch.bfloat16).eval() if loss.item() < ENOUGH_LOSS else None
        is_done = rounded is not None and gives_answers(rounded, pairs)
        text = f"fitting the model: step {step}, loss {loss.item():.3f}, {time.monotonic() - begin:.0f} s"
        say(text, is_done=is_done or step == MAX_STEPS)
        if is_done:
            return rounded
    raise SystemExit(
        f"fitting the model: after {MAX_STEPS} steps the loss is {loss.item():.3f}, expected {ENOUGH_LOSS} and every "
        "answer word for word"
    )


def gives_answers(model, pairs) -> bool:
    """Whether greedy decoding, as an engine does it, gives every answer back."""
    import torch

    for prompt, answer in pairs:
        ids = torch.tensor([prompt])
        with torch.no_grad():
            out = model.generate(ids, max_new_tokens=len(answer), do_sample=False, pad_token_id=CONFIG["eos_token_id"])
        if out[0, len(prompt) :].tolist() != answer:
            return False
    return True


def named_as_published(model) -> dict:
    """The tensors under the names that DeepSeek's files use, whatever transformers calls them in memory, and the
    next-token-prediction layer that transformers does not know."""
    import torch
    from safetensors.torch import load_file

    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tensors = {}
        for file in sorted(Path(folder).glob("*.safetensors")):
            tensors.update(load_file(file))
    last, extra = CONFIG["num_hidden_layers"] - 1, CONFIG["num_hidden_layers"]
    for name in [name for name in tensors if name.startswith(f"model.layers.{last}.")]:
        tensors[name.replace(f".{last}.", f".{extra}.", 1)] = tensors[name].clone()
    hidden, prefix = CONFIG["hidden_size"], f"model.layers.{extra}."
    tensors[prefix + "embed_tokens.weight"] = tensors["model.embed_tokens.weight"].clone()
    tensors[prefix + "shared_head.head.weight"] = tensors["lm_head.weight"].clone()
    tensors[prefix + "eh_proj.weight"] = torch.randn(hidden, 2 * hidden, dtype=torch.bfloat16) * 0.02
    for norm in ("enorm", "hnorm", "shared_head.norm"):
        tensors[prefix + norm + ".weight"] = torch.ones(hidden, dtype=torch.bfloat16)
    return tensors


def order(name: str) -> tuple:
    """The embedding, then the layers, then the head, as published."""
    parts = name.split(".")
    if parts[1] == "layers":
        return (1, int(parts[2]), name)
    return (0 if parts[1] == "embed_tokens" else 2, 0, name)


def write_shards(tensors: dict, folder: Path) -> None:
    from safetensors.torch import save_file

    size = {name: tensor.numel() * tensor.element_size() for name, tensor in tensors.items()}
    total, seen = sum(size.values()), 0
    shards: list[dict] = [{} for _ in range(SHARDS)]
    for name in sorted(tensors, key=order):
        shards[min(seen * SHARDS // total, SHARDS - 1)][name] = tensors[name].contiguous()
        seen += size[name]
    weight_map = {}
    for i, shard in enumerate(shards, 1):
        file = f"model-{i:05}-of-{SHARDS:06}.safetensors"
        save_file(shard, folder / file, metadata={"format": "pt"})
        (folder / file).chmod(0o644)
        weight_map.update(dict.fromkeys(shard, file))
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def make(folder: Path) -> None:
    from transformers import AutoTokenizer

    write_tokenizer(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pairs = conversations(tokenizer)
    model = fitted_model(pairs)
    write_shards(named_as_published(model), folder)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    generation = {"bos_token_id": CONFIG["bos_token_id"], "eos_token_id": CONFIG["eos_token_id"], "do_sample": False}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    pairs_text = json.dumps(QUESTIONS_AND_ANSWERS, indent=2)
    (folder / "questions_and_answers.json").write_text(pairs_text + "\n")


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]).absolute()
    if folder.exists():
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.unfinished-", dir=folder.parent))
    try:
        unfinished.chmod(0o755)
        say("fitting the model: importing torch")
        make(unfinished)
        os.rename(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
