// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/summary.hpp"

#include "model/synthetic.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const TensorSum& row(const std::vector<TensorSum>& rows, const std::string& name) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const TensorSum& sum) { return sum.name == name; });
    REQUIRE(found != rows.end());
    return *found;
}

std::uint64_t bytes(const std::vector<TensorSum>& rows) {
    std::uint64_t sum = 0;
    for (const TensorSum& each : rows) sum += each.bytes;
    return sum;
}

/// One layer's up_proj stored as these tensors, and what config.json says of it.
CheckpointSummary one_module(const std::vector<test::NamedShape>& tensors, const std::string& quantization,
                             const std::string& architecture = "LlamaForCausalLM") {
    const std::string config = "{\"architectures\": [\"" + architecture + R"("], "model_type": "llama",
        "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 1, "num_attention_heads": 4,
        "vocab_size": 128, "max_position_embeddings": 64, "quantization_config": )" +
                               quantization + "}";
    return checkpoint_summary(test::checkpoint_of(tensors, config, 1'000'000'000, "/data/one"));
}

const std::string up = "model.layers.0.mlp.up_proj.";

}  // namespace

TEST_CASE("R1 has the published parameters and bytes, by dtype", "[model]") {
    const CheckpointSummary r1 = checkpoint_summary(test::r1());
    CHECK(r1.tensors == 91'991);
    CHECK(r1.bytes == 688'574'839'360);
    CHECK(r1.parameters == 684'489'845'504);
    CHECK(r1.parameters - r1.next_token_parameters == 671'026'419'200);  // the advertised 671B
    CHECK(r1.quantization == "FP8 in blocks of 128 x 128, 8 bits, dynamic activations");
    REQUIRE(r1.by_dtype.size() == 3);
    CHECK(r1.by_dtype[0] == TensorSum{"F8_E4M3", 45'808, 680'571'043'840, 680'571'043'840});
    CHECK(r1.by_dtype[1] == TensorSum{"BF16", 316, 3'918'786'560, 7'837'573'120});
    CHECK(r1.by_dtype[2] == TensorSum{"F32", 45'867, 59 * 256, 166'222'400});  // scales, and 59 correction biases
}

TEST_CASE("R1 by kind", "[model]") {
    const CheckpointSummary r1 = checkpoint_summary(test::r1());
    CHECK(bytes(r1.by_kind) == r1.bytes);
    // 58 layers of 256 experts, each three matrices of 2048 x 7168.
    CHECK(row(r1.by_kind, "routed experts") == TensorSum{"routed experts", 44'544, 653'908'770'816, 653'908'770'816});
    CHECK(row(r1.by_kind, "shared experts").bytes == 653'908'770'816 / 256);
    CHECK(row(r1.by_kind, "embedding") == TensorSum{"embedding", 1, 926'679'040, 1'853'358'080});
    CHECK(row(r1.by_kind, "head").bytes == 1'853'358'080);
    CHECK(row(r1.by_kind, "router") == TensorSum{"router", 116, 58 * (256 * 7168 + 256), 212'920'320});
    CHECK(row(r1.by_kind, "next-token layers").bytes == 15'424'227'552);
    // All scales but those of layer 61: 5 of its attention, 3 of each of its 257 experts.
    CHECK(row(r1.by_kind, "scales") == TensorSum{"scales", 45'808 - 776, 0, 166'222'400 - 59 * 1024 - 2'809'056});
    CHECK(row(r1.by_kind, "MLP").tensors == 9);
    CHECK(row(r1.by_kind, "attention").tensors == 61 * 5);
    CHECK(row(r1.by_kind, "norm").tensors == 61 * 4 + 1);
}

TEST_CASE("equal layers are one row", "[model]") {
    const std::vector<LayerSum> r1 = checkpoint_summary(test::r1()).layers;
    REQUIRE(r1.size() == 3);
    CHECK(r1[0].first == 0);
    CHECK(r1[0].last == 2);
    CHECK(r1[0].kind == "dense");
    CHECK(r1[0].tensors == 20);
    CHECK(r1[0].bytes == 583'642'336);
    CHECK(r1[1].first == 3);
    CHECK(r1[1].last == 60);
    CHECK(r1[1].kind == "experts");
    CHECK(r1[1].tensors == 1'558);
    CHECK(r1[1].bytes == 11'511'947'488);
    CHECK(r1[2].first == 61);
    CHECK(r1[2].last == 61);
    CHECK(r1[2].kind == "next-token");
    CHECK(r1[2].tensors == 1'564);
    CHECK(r1[2].bytes == 15'424'227'552);

    std::vector<test::NamedShape> tensors = test::llama_tensors(4, 256, 512, 64, 128);
    tensors.push_back({"model.layers.1.self_attn.q_proj.bias", "BF16", {256}});
    std::string config = test::llama_70b_config;
    const std::vector<LayerSum> odd = checkpoint_summary(test::checkpoint_of(tensors, config, 1 << 30, "/o")).layers;
    REQUIRE(odd.size() == 3);  // 0, 1, 2-3
    CHECK(odd[1].tensors == 10);
    CHECK(odd[2].first == 2);
    CHECK(odd[2].last == 3);
}

TEST_CASE("R1's 70B distillation has the published parameters", "[model]") {
    const CheckpointSummary llama = checkpoint_summary(test::llama_70b());
    CHECK(llama.parameters == 70'553'706'496);
    CHECK(llama.next_token_parameters == 0);
    CHECK(llama.bytes == 141'107'412'992);
    CHECK(llama.layers == std::vector<LayerSum>{{0, 79, "dense", 9, 855'654'400, 1'711'308'800}});
    CHECK(llama.quantization.empty());
}

TEST_CASE("packed weights count unpacked, and what is beside them not at all", "[model]") {
    const std::uint64_t weights = 512 * 256;
    const CheckpointSummary awq = one_module(
        {{up + "qweight", "I32", {256, 64}}, {up + "qzeros", "I32", {2, 64}}, {up + "scales", "F16", {2, 512}}},
        R"({"quant_method": "awq", "bits": 4, "group_size": 128})");
    CHECK(awq.parameters == weights);
    CHECK(row(awq.by_kind, "MLP").tensors == 1);
    CHECK(row(awq.by_kind, "scales").tensors == 2);
    CHECK(awq.quantization == "AWQ, packed along outputs, 4 bits, groups of 128, with zero points");

    const CheckpointSummary gptq =
        one_module({{up + "qweight", "I32", {64, 512}},
                    {up + "qzeros", "I32", {2, 128}},
                    {up + "scales", "F16", {2, 512}},
                    {up + "g_idx", "I32", {256}}},
                   R"({"quant_method": "gptq", "bits": 8, "group_size": 128, "desc_act": true, "sym": true})");
    CHECK(gptq.parameters == weights);
    CHECK(gptq.quantization == "GPTQ, packed along inputs, 8 bits, groups of 128, in order of activations");

    const CheckpointSummary three_bits = one_module({{up + "qweight", "I32", {24, 512}}},  // 32 of 3 bits in three I32
                                                    R"({"quant_method": "gptq", "bits": 3, "group_size": -1})");
    CHECK(three_bits.parameters == weights);

    const CheckpointSummary packed =
        one_module({{up + "weight_packed", "I32", {512, 32}},
                    {up + "weight_scale", "BF16", {512, 2}},
                    {up + "weight_shape", "I64", {2}}},
                   R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "ignore": ["lm_head"],
                       "config_groups": {"group_0": {"targets": ["Linear"], "input_activations": null, "weights":
                       {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 128, "symmetric": true}}}})");
    CHECK(packed.parameters == weights);
    CHECK(packed.quantization == "compressed-tensors, packed along rows, 4 bits, groups of 128; 1 module is as before");

    const CheckpointSummary nvfp4 = one_module({{up + "weight", "U8", {512, 128}},
                                                {up + "weight_scale", "F8_E4M3", {512, 16}},
                                                {up + "weight_scale_2", "F32", {}},
                                                {up + "input_scale", "F32", {}},
                                                {"model.layers.0.self_attn.k_proj.k_scale", "F32", {}},
                                                {"model.layers.0.input_layernorm.weight", "BF16", {256}}},
                                               R"({"quant_method": "modelopt", "quant_algo": "NVFP4",
                                                   "kv_cache_scheme": {"type": "float", "num_bits": 8}})");
    CHECK(nvfp4.parameters == weights + 256);
    CHECK(row(nvfp4.by_kind, "scales").tensors == 4);
    CHECK(nvfp4.quantization == "ModelOpt, NVFP4, 4 bits, groups of 16, static activations, key/value cache in float8");
}

TEST_CASE("an architecture without a table is added up by words in its names", "[model]") {
    const CheckpointSummary oss =
        one_module({{"model.layers.0.mlp.experts.gate_up_proj_blocks", "U8", {4, 512, 8, 16}},
                    {"model.layers.0.mlp.experts.gate_up_proj_scales", "U8", {4, 512, 8}},
                    {"model.layers.0.mlp.experts.gate_up_proj_bias", "BF16", {4, 512}},
                    {"model.layers.0.mlp.router.weight", "BF16", {4, 256}},
                    {"model.layers.0.self_attn.sinks", "BF16", {4}},
                    {"model.embed_tokens.weight", "BF16", {128, 256}},
                    {"lm_head.weight", "BF16", {128, 256}},
                    {"what", "BF16", {7}}},
                   R"({"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]})", "GptOssForCausalLM");
    // 4 experts, 512 rows of 256; then the bias, router, sinks, embedding, head and the unknown seven.
    CHECK(oss.parameters == 4 * 512 * 256 + 4 * 512 + 4 * 256 + 4 + 2 * 128 * 256 + 7);
    CHECK(row(oss.by_kind, "routed experts").tensors == 2);
    CHECK(row(oss.by_kind, "scales").tensors == 1);
    CHECK(row(oss.by_kind, "router").tensors == 1);
    CHECK(row(oss.by_kind, "attention").tensors == 1);
    CHECK(row(oss.by_kind, "embedding").tensors == 1);
    CHECK(row(oss.by_kind, "unknown").tensors == 1);
    REQUIRE(oss.layers.size() == 1);
    CHECK(oss.layers[0].kind == "experts");
}
