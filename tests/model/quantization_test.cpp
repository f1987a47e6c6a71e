// SPDX-License-Identifier: Apache-2.0
#include "model/synthetic.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

ModelConfig config_with(const std::string& quantization) {
    return parse_config(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 256,
        "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
        "max_position_embeddings": 64, "quantization_config": )" +
                        quantization + "}");
}

Quantization quantization(const std::string& text) { return config_with(text).quantization.value(); }

std::string refusal(const std::string& text) {
    return message_of([&] { config_with(text); });
}

/// A quantization_config of compressed-tensors with one group of these weights.
std::string compressed(const std::string& format, const std::string& weights, const std::string& inputs = "null") {
    return R"({"quant_method": "compressed-tensors", "format": ")" + format +
           R"(", "ignore": ["lm_head", "re:.*self_attn.*"], "config_groups": {"group_0": {"targets": ["Linear"],
           "input_activations": )" +
           inputs + ", \"output_activations\": null, \"weights\": " + weights + "}}}";
}

}  // namespace

TEST_CASE("FP8 by blocks and by matrix", "[model]") {
    CHECK(
        quantization(R"({"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [64, 128]})") ==
        Quantization{.method = "fp8", .block = {64, 128}, .format = "fp8_block", .bits = 8, .activations = "dynamic"});
    CHECK(quantization(R"({"quant_method": "fp8", "activation_scheme": "static", "ignored_layers": ["lm_head"]})") ==
          Quantization{
              .method = "fp8", .format = "fp8_tensor", .bits = 8, .activations = "static", .ignored = {"lm_head"}});
    CHECK(quantization(R"({"quant_method": "fbgemm_fp8", "modules_to_not_convert": ["a", "b"]})") ==
          Quantization{.method = "fbgemm_fp8",
                       .format = "fp8_channel",
                       .bits = 8,
                       .activations = "dynamic",
                       .ignored = {"a", "b"}});
}

TEST_CASE("AWQ in the words of both of its writers", "[model]") {
    const Quantization awq{.method = "awq", .format = "awq", .bits = 4, .group_size = 128, .has_zero_points = true};
    CHECK(quantization(R"({"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemm", "zero_point": true,
                           "modules_to_not_convert": null})") == awq);
    CHECK(quantization(R"({"quant_method": "awq", "w_bit": 4, "q_group_size": 128, "version": "GEMM"})") == awq);
    CHECK(quantization(R"({"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemv"})").format.empty());
}

TEST_CASE("GPTQ says whether it goes by the order of activations", "[model]") {
    const Quantization gptq{.method = "gptq", .format = "gptq", .bits = 4, .group_size = 128};
    CHECK(quantization(R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "sym": true, "desc_act": false,
                           "dynamic": {}})") == gptq);
    CHECK(quantization(R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": true})")
              .has_activation_order);
    CHECK(quantization(R"({"quant_method": "gptq", "bits": 4, "group_size": -1})").group_size == 0);
    CHECK(quantization(R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "dynamic": {"-:.*moe.*": {}}})")
              .format.empty());
}

TEST_CASE("compressed-tensors by the weights of its group", "[model]") {
    const Quantization packed = quantization(
        compressed("pack-quantized",
                   R"({"num_bits": 4, "type": "int", "strategy": "group", "group_size": 64, "symmetric": false})"));
    CHECK(packed == Quantization{.method = "compressed-tensors",
                                 .format = "compressed_packed_group",
                                 .bits = 4,
                                 .group_size = 64,
                                 .has_zero_points = true,
                                 .ignored = {"lm_head", "re:.*self_attn.*"}});
    const auto format_of = [](const std::string& format, const std::string& weights) {
        return quantization(compressed(format, weights)).format;
    };
    CHECK(format_of("pack-quantized", R"({"num_bits": 8, "type": "int", "strategy": "channel", "group_size": null})") ==
          "compressed_packed_channel");
    CHECK(format_of("float-quantized", R"({"num_bits": 8, "type": "float", "strategy": "channel"})") ==
          "compressed_fp8_channel");
    CHECK(format_of("float-quantized", R"({"num_bits": 8, "type": "float", "strategy": "tensor"})") ==
          "compressed_fp8_tensor");
    CHECK(format_of("int-quantized", R"({"num_bits": 8, "type": "int", "strategy": "channel"})") == "compressed_int8");
    CHECK(format_of("nvfp4-pack-quantized",
                    R"({"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16})") ==
          "compressed_nvfp4");
    CHECK(format_of("marlin-24", R"({"num_bits": 4, "type": "int", "strategy": "group", "group_size": 128})").empty());

    const Quantization blocks = quantization(compressed(
        "float-quantized", R"({"num_bits": 8, "type": "float", "strategy": "block", "block_structure": [128, 128]})",
        R"({"dynamic": true, "num_bits": 8, "type": "float"})"));
    CHECK(blocks.format == "compressed_fp8_block");
    CHECK(blocks.block == std::vector<std::int64_t>{128, 128});
    CHECK(blocks.activations == "dynamic");
}

TEST_CASE("groups of compressed-tensors that differ are of no format that is known", "[model]") {
    const auto groups = [](const std::string& second_bits) {
        return quantization(R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {
            "a": {"targets": ["x"], "weights": {"num_bits": 4, "type": "int", "strategy": "channel"}},
            "b": {"targets": ["y"], "weights": {"num_bits": )" +
                            second_bits + R"(, "type": "int", "strategy": "channel"}}}})");
    };
    CHECK(groups("4").format == "compressed_packed_channel");
    CHECK(groups("8").format.empty());
    CHECK(groups("8").bits == 0);
}

TEST_CASE("the formats of four bits in floating point", "[model]") {
    CHECK(quantization(R"({"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]})") ==
          Quantization{.method = "mxfp4",
                       .format = "mxfp4",
                       .bits = 4,
                       .group_size = 32,
                       .ignored = {"model.layers.*.self_attn"}});
    CHECK(quantization(R"({"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["lm_head"]})") ==
          Quantization{.method = "modelopt",
                       .format = "modelopt_nvfp4",
                       .bits = 4,
                       .group_size = 16,
                       .activations = "static",
                       .ignored = {"lm_head"}});
    CHECK(quantization(R"({"quant_method": "modelopt", "quant_algo": "FP8"})").format == "modelopt_fp8");
}

TEST_CASE("a method that nobody here knows is kept by name", "[model]") {
    CHECK(quantization(R"({"quant_method": "quip", "bits": "two"})") == Quantization{.method = "quip"});
}

TEST_CASE("wrong values of quantization_config name the key", "[model]") {
    const std::string at = "config.json: quantization_config: ";
    CHECK(refusal(R"({"bits": 4})") == "config.json: quantization_config: the key \"quant_method\" is missing");
    CHECK(refusal(R"({"quant_method": "awq", "bits": 0})") == at + "bits: expected a whole number from 1 to 32, got 0");
    CHECK(refusal(R"({"quant_method": "awq", "bits": 4, "group_size": 0})") ==
          at + "group_size: expected -1 or a whole number from 1, got 0");
    CHECK(refusal(R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "dynamic": []})") ==
          at + "dynamic: expected an object, got []");
    CHECK(refusal(R"({"quant_method": "gptq", "bits": 4, "desc_act": "yes"})") ==
          at + "desc_act: expected true or false, got \"yes\"");
    CHECK(refusal(compressed("pack-quantized", R"({"num_bits": 4.5})")) ==
          at + "config_groups: group_0: weights: num_bits: expected a whole number from 1 to 64, got 4.5");
    CHECK(refusal("[]") == at.substr(0, at.size() - 2) + ": expected an object, got []");
}
