// SPDX-License-Identifier: Apache-2.0
#include "model/synthetic.hpp"
#include "r1cluster/model/slicing.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

/// Llama with 4 heads of 32 and 2 for keys and values, quantised so.
ModelConfig config_with(const std::string& quantization) {
    return parse_config(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 128,
        "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "head_dim": 32, "vocab_size": 100, "max_position_embeddings": 64, "torch_dtype": "float16",
        "quantization_config": )" +
                        quantization + "}");
}

const std::string awq = R"({"quant_method": "awq", "bits": 4, "group_size": 32, "version": "gemm"})";
const std::string gptq = R"({"quant_method": "gptq", "bits": 4, "group_size": 32, "desc_act": false, "sym": true})";

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

/// A quantization_config of compressed-tensors.
std::string compressed(const std::string& format, const std::string& weights) {
    return R"({"quant_method": "compressed-tensors", "format": ")" + format +
           R"(", "config_groups": {"group_0": {"targets": ["Linear"], "weights": )" + weights + "}}}";
}

const std::string pack_groups =
    compressed("pack-quantized", R"({"num_bits": 4, "type": "int", "strategy": "group", "group_size": 32})");

std::optional<TensorPlace> place(const ModelConfig& config, const std::string& name, const std::string& engine = "") {
    return place_tensor(config, "model.layers.1." + name, {.engine = engine});
}

std::optional<SliceRule> rule(const ModelConfig& config, const std::string& name, const std::string& engine = "") {
    const auto found = place(config, name, engine);
    return found && !found->is_skipped ? std::optional(found->rule) : std::nullopt;
}

Checkpoint checkpoint_with(const std::vector<test::NamedShape>& layer, const std::string& quantization) {
    std::vector<test::NamedShape> tensors;
    for (const char* number : {"0", "1"}) {
        for (const test::NamedShape& tensor : layer)
            tensors.push_back({std::string("model.layers.") + number + "." + tensor.name, tensor.dtype, tensor.shape});
    }
    const std::string config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 128,
        "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
        "max_position_embeddings": 64, "quantization_config": )" +
                               quantization + "}";
    return parse_checkpoint(test::checkpoint_text(tensors, config, 1 << 20, "/data/x"));
}

}  // namespace

TEST_CASE("AWQ lies turned: a rank's outputs are columns, its inputs rows", "[model]") {
    const ModelConfig config = config_with(awq);
    for (const char* ending : {".qweight", ".qzeros", ".scales"}) {
        CAPTURE(ending);
        CHECK(rule(config, std::string("self_attn.q_proj") + ending) == SliceRule::columns);
        CHECK(rule(config, std::string("self_attn.k_proj") + ending) == SliceRule::kv_columns);
        CHECK(rule(config, std::string("mlp.down_proj") + ending) == SliceRule::rows);
    }
    CHECK(rule(config, "self_attn.q_proj.weight") == SliceRule::rows);  // a module left as it was
    CHECK_FALSE(place(config, "self_attn.q_proj.g_idx"));
    CHECK_FALSE(place(config, "input_layernorm.qweight"));
}

TEST_CASE("neighbours share the columns of a key/value head", "[model]") {
    const ModelConfig config = config_with(awq);
    const TensorPlace of_keys = place(config, "self_attn.k_proj.qweight").value();
    const Tensor keys{"k", "I32", {128, 8}, 1000, 4096};  // 2 heads of 32 outputs: 4 words each
    for (const int rank : {2, 3}) {
        const Slice slice = slice_tensor(config, keys, of_keys, {.tensor_rank = rank, .tensor_parallel = 4});
        CHECK(slice == Slice{.offset_bytes = 1016, .rows = 128, .run_bytes = 16, .stride_bytes = 32});
    }
    CHECK(message_of([&] { slice_tensor(config, keys, of_keys, {.tensor_parallel = 3}); }) ==
          "slicing \"k\" for tensor parallel size 3: 3 is not divisible by 2");
}

TEST_CASE("GPTQ's order of inputs is cut with them, by the releases that read it", "[model]") {
    const ModelConfig config = config_with(gptq);
    CHECK(rule(config, "mlp.up_proj.qweight") == SliceRule::columns);
    CHECK(rule(config, "mlp.down_proj.qweight") == SliceRule::rows);
    CHECK(rule(config, "mlp.down_proj.scales") == SliceRule::rows);
    CHECK(rule(config, "mlp.down_proj.g_idx", "0.9.2") == SliceRule::rows);
    CHECK(rule(config, "mlp.up_proj.g_idx", "0.9.2") == SliceRule::replicate);
    CHECK(place(config, "mlp.up_proj.g_idx", "0.32.0").value().is_skipped);
}

TEST_CASE("scales of groups that are not of neighbours, or of all inputs, stay whole", "[model]") {
    for (const ModelConfig& config : {config_with(with(gptq, "\"group_size\": 32", "\"group_size\": -1")),
                                      config_with(with(gptq, "\"desc_act\": false", "\"desc_act\": true"))}) {
        CHECK(rule(config, "mlp.down_proj.scales") == SliceRule::replicate);
        CHECK(rule(config, "mlp.down_proj.qzeros") == SliceRule::replicate);
        CHECK(rule(config, "mlp.down_proj.qweight") == SliceRule::rows);
        CHECK(rule(config, "mlp.up_proj.scales") == SliceRule::columns);
    }
}

TEST_CASE("experts that were quantised in an order have all scales in older releases", "[model]") {
    ModelConfig config = config_with(with(pack_groups, "\"num_bits\": 4", "\"num_bits\": 4, \"actorder\": \"weight\""));
    config.architecture = "Qwen3MoeForCausalLM";
    config.experts = Experts{.routed = 4, .per_token = 2, .intermediate_size = 64};
    CHECK(rule(config, "mlp.experts.3.down_proj.weight_scale", "0.9.2") == SliceRule::replicate);
    CHECK(rule(config, "mlp.experts.3.down_proj.weight_scale", "0.32.0") == SliceRule::columns);
    CHECK(rule(config, "mlp.experts.3.down_proj.weight_packed", "0.9.2") == SliceRule::columns);
    CHECK(rule(config, "mlp.down_proj.weight_scale", "0.9.2") == SliceRule::columns);
}

TEST_CASE("compressed-tensors lies as the weight does, its shape beside it", "[model]") {
    const ModelConfig groups = config_with(pack_groups);
    CHECK(rule(groups, "mlp.up_proj.weight_packed") == SliceRule::rows);
    CHECK(rule(groups, "self_attn.v_proj.weight_scale") == SliceRule::kv_rows);
    CHECK(rule(groups, "mlp.down_proj.weight_scale") == SliceRule::columns);
    CHECK(rule(groups, "mlp.down_proj.weight_zero_point") == SliceRule::columns);
    CHECK(rule(groups, "mlp.down_proj.weight_shape") == SliceRule::replicate);

    const ModelConfig channels =
        config_with(compressed("int-quantized", R"({"num_bits": 8, "type": "int", "strategy": "channel"})"));
    CHECK(rule(channels, "mlp.up_proj.weight_scale") == SliceRule::rows);
    CHECK(rule(channels, "mlp.down_proj.weight_scale") == SliceRule::replicate);
    CHECK(rule(channels, "mlp.down_proj.input_scale") == SliceRule::replicate);
    CHECK(rule(channels, "mlp.down_proj.weight") == SliceRule::columns);

    const ModelConfig matrices =
        config_with(compressed("float-quantized", R"({"num_bits": 8, "type": "float", "strategy": "tensor"})"));
    CHECK(rule(matrices, "mlp.up_proj.weight_scale") == SliceRule::replicate);
}

TEST_CASE("scales are cast as the engine's parameters are", "[model]") {
    const auto cast = [](const ModelConfig& config, const std::string& name, const std::string& dtype) {
        return cast_of(config, {"t", dtype, {1}, 0, 2}, place(config, name).value(), {.dtype = "bfloat16"});
    };
    CHECK(cast(config_with(awq), "mlp.up_proj.scales", "F16") == Cast::to_bfloat16);
    CHECK(cast(config_with(awq), "mlp.up_proj.qweight", "I32") == Cast::none);
    CHECK(cast(config_with(pack_groups), "mlp.up_proj.weight_scale", "BF16") == Cast::none);
    const ModelConfig channels =
        config_with(compressed("int-quantized", R"({"num_bits": 8, "type": "int", "strategy": "channel"})"));
    CHECK(cast(channels, "mlp.up_proj.weight_scale", "BF16") == Cast::to_float32);
}

TEST_CASE("a group or a word that would be cut is refused", "[model]") {
    // 256 inputs of down_proj in groups of 128, 2 at most; 256 outputs of up_proj in words of 8, which 4 ranks can
    // have.
    const ModelConfig wide = config_with(with(awq, "\"group_size\": 32", "\"group_size\": 128"));
    CHECK(tensor_parallel_refusal(wide, 4).text ==
          "o_proj: The input size is not aligned with the quantized weight shape: 32 in groups of 128; mlp.down_proj: "
          "The input size is not aligned with the quantized weight shape: 64 in groups of 128 (possible up to 64: 1)");
    CHECK(tensor_parallel_refusal(config_with(awq), 4).text.empty());

    ModelConfig narrow = config_with(awq);
    narrow.intermediate_size = 96;  // 24 outputs each, of which 8 are a word; 24 inputs, no group of 32
    CHECK(
        tensor_parallel_refusal(narrow, 4).text ==
        "mlp.down_proj: The input size is not aligned with the quantized weight shape: 24 in groups of 32 (possible up "
        "to 64: 1)");
    narrow.intermediate_size = 48;
    CHECK_THAT(
        tensor_parallel_refusal(narrow, 4).text,
        StartsWith("mlp.gate_proj: The output size is not aligned with the quantized weight shape: 12 in words of "
                   "8; "));

    // Whole groups on every rank: only words can be cut.
    ModelConfig whole = config_with(with(gptq, "\"group_size\": 32", "\"group_size\": -1"));
    whole.intermediate_size = 96;
    CHECK(tensor_parallel_refusal(whole, 4).text.empty());
    // Symmetric weights of compressed-tensors have no zero points, which alone are packed along outputs.
    ModelConfig symmetric = config_with(pack_groups);
    symmetric.head_dim = 36;
    CHECK(tensor_parallel_refusal(symmetric, 1).text ==
          "o_proj: The input size is not aligned with the quantized weight shape: 144 in groups of 32 (possible up to "
          "64: none)");
}

TEST_CASE("a quantised weight without its scales is an error", "[model]") {
    const std::vector<test::NamedShape> layer{{"mlp.up_proj.qweight", "I32", {128, 32}},
                                              {"mlp.up_proj.qzeros", "I32", {4, 32}}};
    CHECK(message_of([&] { checkpoint_with(layer, awq); }) ==
          "the tensor \"model.layers.0.mlp.up_proj.qweight\" is I32, but there is no "
          "\"model.layers.0.mlp.up_proj.scales\"");
    CHECK(message_of([&] {
              checkpoint_with({{"mlp.up_proj.weight", "I8", {256, 128}}},
                              compressed("int-quantized", R"({"num_bits": 8, "type": "int", "strategy": "channel"})"));
          }) ==
          "the tensor \"model.layers.0.mlp.up_proj.weight\" is I8, but there is no "
          "\"model.layers.0.mlp.up_proj.weight_scale\"");
    const Checkpoint whole =
        checkpoint_with({{"mlp.up_proj.weight", "F8_E4M3", {256, 128}}, {"mlp.up_proj.weight_scale", "F32", {}}},
                        R"({"quant_method": "fp8", "activation_scheme": "dynamic"})");
    CHECK(whole.warnings.empty());
}
