// SPDX-License-Identifier: Apache-2.0
#include "model/synthetic.hpp"

#include <fmt/format.h>

namespace r1cluster::test {

const char* const r1_config = R"({
  "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "torch_dtype": "bfloat16",
  "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV3Config"},
  "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_hidden_layers": 61,
  "first_k_dense_replace": 3, "moe_layer_freq": 1, "num_attention_heads": 128, "num_key_value_heads": 128,
  "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
  "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "num_nextn_predict_layers": 1,
  "vocab_size": 129280, "max_position_embeddings": 163840, "tie_word_embeddings": false,
  "rope_scaling": {"type": "yarn", "factor": 40, "mscale": 1.0},
  "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
                          "weight_block_size": [128, 128]}
})";

const char* const llama_70b_config = R"({
  "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
  "hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80, "num_attention_heads": 64,
  "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 128256, "max_position_embeddings": 131072,
  "tie_word_embeddings": false
})";

namespace {

/// An FP8 matrix becomes 4-bit weights with zero points and scales for each 128 rows; AWQ has no next-token layer.
std::vector<NamedShape> as_awq(const std::vector<NamedShape>& tensors) {
    std::vector<NamedShape> packed;
    for (const NamedShape& tensor : tensors) {
        if (tensor.name.starts_with("model.layers.61.") || tensor.name.ends_with(".weight_scale_inv")) continue;
        if (tensor.dtype != "F8_E4M3") {
            packed.push_back(tensor);
            continue;
        }
        const std::string name = tensor.name.substr(0, tensor.name.rfind('.'));
        const std::uint64_t out = tensor.shape[0], in = tensor.shape[1];
        packed.push_back({name + ".qweight", "I32", {in, out / 8}});
        packed.push_back({name + ".qzeros", "I32", {in / 128, out / 8}});
        packed.push_back({name + ".scales", "F16", {in / 128, out}});
    }
    return packed;
}

std::uint64_t bytes_of(const NamedShape& tensor) {
    std::uint64_t bits = static_cast<std::uint64_t>(dtype_bits(tensor.dtype));
    for (const std::uint64_t dimension : tensor.shape) bits *= dimension;
    return bits / 8;
}

struct OpenFile {
    std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
    std::vector<std::string> names;
    std::uint64_t data_bytes = 0;
};

void append(OpenFile& file, const NamedShape& tensor) {
    std::string shape;
    for (const std::uint64_t dimension : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(dimension);
    const std::uint64_t end = file.data_bytes + bytes_of(tensor);
    file.header += fmt::format(",\"{}\":{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", tensor.name,
                               tensor.dtype, shape, file.data_bytes, end);
    file.data_bytes = end;
    file.names.push_back(tensor.name);
}

}  // namespace

std::vector<NamedShape> r1_tensors() { return detail::deepseek_r1_tensors(); }

std::vector<NamedShape> llama_tensors(std::uint64_t layers, std::uint64_t hidden, std::uint64_t intermediate,
                                      std::uint64_t kv_rows, std::uint64_t vocabulary) {
    std::vector<NamedShape> tensors{{"model.embed_tokens.weight", "BF16", {vocabulary, hidden}}};
    for (std::uint64_t i = 0; i < layers; ++i) {
        const auto add = [&](const char* name, std::vector<std::uint64_t> shape) {
            tensors.push_back({fmt::format("model.layers.{}.{}.weight", i, name), "BF16", std::move(shape)});
        };
        add("input_layernorm", {hidden});
        add("self_attn.q_proj", {hidden, hidden});
        add("self_attn.k_proj", {kv_rows, hidden});
        add("self_attn.v_proj", {kv_rows, hidden});
        add("self_attn.o_proj", {hidden, hidden});
        add("post_attention_layernorm", {hidden});
        add("mlp.gate_proj", {intermediate, hidden});
        add("mlp.up_proj", {intermediate, hidden});
        add("mlp.down_proj", {hidden, intermediate});
    }
    tensors.push_back({"model.norm.weight", "BF16", {hidden}});
    tensors.push_back({"lm_head.weight", "BF16", {vocabulary, hidden}});
    return tensors;
}

ShardText shard_text(const std::string& name, const std::string& header, std::uint64_t data_bytes) {
    ShardText shard;
    shard.name = name;
    shard.declared_header_bytes = header.size();
    shard.size_bytes = 8 + header.size() + data_bytes;
    shard.header.text = header;
    return shard;
}

CheckpointText checkpoint_text(const std::vector<NamedShape>& tensors, const std::string& config,
                               std::uint64_t file_bytes, const std::string& path) {
    std::vector<OpenFile> files(1);
    for (const NamedShape& tensor : tensors) {
        if (files.back().data_bytes > 0 && files.back().data_bytes + bytes_of(tensor) > file_bytes)
            files.emplace_back();
        append(files.back(), tensor);
    }
    CheckpointText text;
    text.path = path;
    text.config = config;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, files.size());
        text.shards.push_back(shard_text(name, files[i].header + "}", files[i].data_bytes));
        for (const std::string& tensor : files[i].names) {
            text.index += fmt::format("{}\"{}\":\"{}\"", text.index.empty() ? "" : ",", tensor, name);
        }
        total += files[i].data_bytes;
    }
    text.index = fmt::format("{{\"metadata\":{{\"total_size\":{}}},\"weight_map\":{{{}}}}}", total, text.index);
    return text;
}

Checkpoint checkpoint_of(const std::vector<NamedShape>& tensors, const std::string& config, std::uint64_t file_bytes,
                         const std::string& path) {
    constexpr std::uint64_t header_bytes = 4096;
    Checkpoint checkpoint{path, parse_config(config), {}, {}};
    for (const NamedShape& tensor : tensors) {
        const std::uint64_t bytes = bytes_of(tensor);
        std::vector<ShardFile>& files = checkpoint.files;
        if (files.empty() || files.back().size_bytes - header_bytes + bytes > file_bytes) {
            files.push_back({fmt::format("model-{:05}.safetensors", files.size() + 1), header_bytes, header_bytes, {}});
        }
        files.back().tensors.push_back({tensor.name, tensor.dtype, tensor.shape, files.back().size_bytes, bytes});
        files.back().size_bytes += bytes;
    }
    return checkpoint;
}

const Checkpoint& r1() {
    static const Checkpoint checkpoint = checkpoint_of(r1_tensors(), r1_config, 4'300'000'000, "/data/r1");
    return checkpoint;
}

const Checkpoint& r1_awq() {
    static const Checkpoint checkpoint = [] {
        std::string config = r1_config;
        const std::size_t at = config.find("\"quantization_config\"");
        config.replace(
            at, config.size() - at,
            R"("quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemm",
                          "zero_point": true, "modules_to_not_convert": null}})");
        config.replace(config.find("\"bfloat16\""), 10, "\"float16\"");
        config.replace(config.find("\"num_nextn_predict_layers\": 1"), 29, "\"num_nextn_predict_layers\": 0");
        return checkpoint_of(as_awq(r1_tensors()), config, 4'900'000'000, "/data/r1-awq");
    }();
    return checkpoint;
}

const Checkpoint& llama_70b() {
    static const Checkpoint checkpoint =
        checkpoint_of(llama_tensors(80, 8192, 28672, 1024, 128256), llama_70b_config, 8'700'000'000, "/data/llama-70b");
    return checkpoint;
}

}  // namespace r1cluster::test
