// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/slicing.hpp"

#include <numeric>
#include <random>

#include "model/synthetic.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

const ModelConfig& r1_shape() { return test::r1().config; }
const ModelConfig& llama_shape() { return test::llama_70b().config; }

TensorPlace place(const ModelConfig& config, const std::string& name) {
    const auto found = place_tensor(config, name);
    REQUIRE(found);
    return *found;
}

Slice slice(const ModelConfig& config, const Tensor& tensor, SliceRule rule, int rank, int parts) {
    TensorPlace place;
    place.rule = rule;
    return slice_tensor(config, tensor, place, {.tensor_rank = rank, .tensor_parallel = parts});
}

Slice piece(std::uint64_t offset_bytes, std::uint64_t rows, std::uint64_t run_bytes, std::uint64_t stride_bytes,
            std::uint32_t padding_rows = 0) {
    return {0, 0, offset_bytes, rows, run_bytes, stride_bytes, padding_rows};
}

}  // namespace

TEST_CASE("R1 at once: all tensors, all bytes", "[model]") {
    const Checkpoint checkpoint =
        parse_checkpoint(test::checkpoint_text(test::r1_tensors(), test::r1_config, 4'300'000'000, "/data/r1"));
    CHECK(checkpoint.tensor_count() == 91'991);
    CHECK(checkpoint.tensor_bytes() == 688'574'839'360);
    std::uint64_t read_bytes = 0, read_tensors = 0;
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            if (place(checkpoint.config, tensor.name).is_skipped) continue;
            read_bytes += tensor.size_bytes;
            ++read_tensors;
        }
    }
    CHECK(read_bytes == 673'150'611'808);  // without layer 61
    CHECK(read_tensors == 90'427);
    CHECK(checkpoint.warnings ==
          std::vector<std::string>{"config.json has auto_map: Python beside the weights, which is never run here"});
}

TEST_CASE("R1 shows its parameters by dtype, kind and layer", "[model]") {
    const std::string shown = show(test::r1());
    CHECK_THAT(shown, StartsWith("/data/r1: DeepseekV3ForCausalLM, 684,489,845,504 parameters, 641.29 GiB in 91,991 "
                                 "tensors, "));
    CHECK_THAT(shown,
               ContainsSubstring("  671,026,419,200 parameters without the layers that predict further tokens\n"));
    CHECK_THAT(shown, ContainsSubstring("    F8_E4M3              45,808 tensors    633.83 GiB\n"));
    CHECK_THAT(shown, ContainsSubstring("    F32                  45,867 tensors    158.52 MiB\n"));
    CHECK_THAT(shown, ContainsSubstring("    next-token layers     1,564 tensors     14.36 GiB\n"));
    CHECK_THAT(shown, ContainsSubstring("    3-60     experts      58 x   10.72 GiB in  1,558 tensors\n"));
}

TEST_CASE("R1's 70B distillation has the published size", "[model]") {
    CHECK(test::llama_70b().tensor_count() == 723);
    CHECK(test::llama_70b().tensor_bytes() == 141'107'412'992);
}

TEST_CASE("tensors are placed by their names", "[model]") {
    const ModelConfig& r1 = r1_shape();
    const TensorPlace expert = place(r1, "model.layers.7.mlp.experts.255.down_proj.weight_scale_inv");
    CHECK(expert.layer == 7);
    CHECK(expert.rule == SliceRule::columns);
    CHECK(place(r1, "model.layers.0.self_attn.kv_b_proj.weight").rule == SliceRule::rows);
    CHECK(place(r1, "model.layers.0.self_attn.kv_a_proj_with_mqa.weight_scale_inv").rule == SliceRule::replicate);
    CHECK(place(r1, "model.embed_tokens.weight").is_on_first_stage);
    CHECK_FALSE(place(r1, "model.embed_tokens.weight").is_on_last_stage);
    CHECK(place(r1, "lm_head.weight").is_on_last_stage);
    CHECK(place(r1, "model.layers.61.anything").is_skipped);
    for (const char* name : {"model.layers.62.input_layernorm.weight", "model.layers.3.mlp.experts.256.up_proj.weight",
                             "model.layers.3.mlp.experts.01.up_proj.weight", "model.layers.-1.input_layernorm.weight",
                             "model.layers.03.input_layernorm.weight", "input_layernorm.weight", "", "model.layers.",
                             "model.layers.3.model.norm.weight", "model.layers.3.input_layernorm.weight_scale_inv",
                             "model.norm.weight_scale_inv"}) {
        CAPTURE(name);
        CHECK_FALSE(place_tensor(r1, name));
    }
}

TEST_CASE("tied embeddings are on both ends, and a head in the file is not read", "[model]") {
    ModelConfig config = llama_shape();
    config.ties_embeddings = true;
    CHECK(place(config, "model.embed_tokens.weight").is_on_first_stage);
    CHECK(place(config, "model.embed_tokens.weight").is_on_last_stage);
    CHECK(place(config, "lm_head.weight").is_skipped);
}

TEST_CASE("a mixture of experts has both ends on every stage, and each expert cut as an MLP", "[model]") {
    ModelConfig config = llama_shape();
    config.experts = Experts{.routed = 8, .per_token = 2, .intermediate_size = 14336};
    config.architecture = "MixtralForCausalLM";
    CHECK(family_of(config) == "mixtral");
    CHECK(place(config, "model.layers.7.block_sparse_moe.experts.7.w1.weight").rule == SliceRule::rows);
    CHECK(place(config, "model.layers.7.block_sparse_moe.experts.7.w3.weight").rule == SliceRule::rows);
    CHECK(place(config, "model.layers.7.block_sparse_moe.experts.7.w2.weight").rule == SliceRule::columns);
    CHECK(place(config, "model.layers.7.block_sparse_moe.gate.weight").rule == SliceRule::replicate);
    CHECK_FALSE(place_tensor(config, "model.layers.7.block_sparse_moe.experts.8.w1.weight"));
    CHECK(place(config, "lm_head.weight").is_on_every_stage);
    CHECK(place(config, "model.embed_tokens.weight").is_on_every_stage);

    config.architecture = "Qwen2MoeForCausalLM";
    CHECK(family_of(config) == "qwen_moe");
    CHECK(place(config, "model.layers.7.mlp.experts.7.down_proj.weight").rule == SliceRule::columns);
    CHECK(place(config, "model.layers.7.mlp.shared_expert.up_proj.weight").rule == SliceRule::rows);
    CHECK(place(config, "model.layers.7.mlp.shared_expert_gate.weight").rule == SliceRule::replicate);
    CHECK(place(config, "model.norm.weight").is_on_every_stage);
    CHECK_THAT(tensor_parallel_refusal(config, 16).text,
               StartsWith("Tensor parallel size 16 is greater than the number of experts 8 (possible"));
}

TEST_CASE("what a version of the engine reads is what its rows say", "[model]") {
    const auto head = [&](const char* engine) {
        return *place_tensor(r1_shape(), "lm_head.weight", {.engine = engine});
    };
    CHECK(head("0.7.3").is_on_every_stage);
    CHECK_FALSE(head("0.8.0rc1").is_on_every_stage);  // its numbers decide
    CHECK_FALSE(head("0.8.0").is_on_every_stage);
    CHECK(head("0.8.0").is_on_last_stage);
    CHECK_FALSE(place(r1_shape(), "lm_head.weight").is_on_every_stage);

    Checkpoint checkpoint = test::llama_70b();
    checkpoint.config.ties_embeddings = true;  // but there is a head
    CHECK(loaded_config(checkpoint, Version::parse("0.28.0")).ties_embeddings);
    CHECK_FALSE(loaded_config(checkpoint, Version::parse("0.29.0")).ties_embeddings);
    CHECK_FALSE(loaded_config(checkpoint).ties_embeddings);
}

TEST_CASE("an architecture without rules is named, with those that have some", "[model]") {
    ModelConfig config = llama_shape();
    CHECK(family_of(config) == "llama");
    CHECK(family_of(r1_shape()) == "deepseek");
    config.architecture = "MambaForCausalLM";
    CHECK(message_of([&] { family_of(config); }) ==
          "slicing the architecture \"MambaForCausalLM\": not known; known are \"DeepseekV3ForCausalLM\", "
          "\"DeepseekV2ForCausalLM\", \"LlamaForCausalLM\", \"Qwen2ForCausalLM\", \"Qwen3ForCausalLM\", "
          "\"MixtralForCausalLM\", \"Qwen2MoeForCausalLM\", \"Qwen3MoeForCausalLM\"; for others, plan --from-engine "
          "asks the engine itself");
    config = llama_shape();
    config.quantization = Quantization{"quip", {}};
    CHECK(message_of([&] { family_of(config); }) ==
          "slicing weights quantized by \"quip\": not known; known are none, \"fp8_block\", \"fp8_tensor\", "
          "\"compressed_fp8_block\", \"compressed_fp8_channel\", \"compressed_fp8_tensor\", \"compressed_int8\", "
          "\"compressed_packed_group\", \"compressed_packed_channel\", \"compressed_nvfp4\", \"awq\", \"gptq\", "
          "\"modelopt_fp8\"; for others, plan --from-engine asks the engine itself");
    config.quantization = Quantization{.method = "mxfp4", .format = "mxfp4"};
    CHECK_THAT(
        message_of([&] { family_of(config); }),
        StartsWith("slicing weights quantized by \"mxfp4\" (MXFP4): all experts of a layer lie in one tensor, for "
                   "which there are no rules; known are none, "));
}

TEST_CASE("rows are one run of bytes, columns one run in each row", "[model]") {
    const Tensor matrix{"w", "BF16", {8, 6}, 100, 96};
    CHECK(slice(llama_shape(), matrix, SliceRule::rows, 1, 2) == piece(148, 1, 48, 48));
    CHECK(slice(llama_shape(), matrix, SliceRule::columns, 1, 3) == piece(104, 8, 4, 12));
    CHECK(slice(llama_shape(), matrix, SliceRule::columns, 0, 1) == piece(100, 1, 96, 96));
    CHECK(slice(llama_shape(), matrix, SliceRule::replicate, 1, 2) == piece(100, 1, 96, 96));
    CHECK(message_of([&] { slice(llama_shape(), matrix, SliceRule::columns, 0, 4); }) ==
          "slicing \"w\" for tensor parallel size 4: 6 is not divisible by 4");
}

TEST_CASE("neighbours share a key/value head where there are more ranks than heads", "[model]") {
    const Tensor keys{"k", "BF16", {1024, 2}, 0, 4096};  // 8 heads of 128
    CHECK(slice(llama_shape(), keys, SliceRule::kv_rows, 3, 4).offset_bytes == 3 * 1024);
    for (const int rank : {2, 3})
        CHECK(slice(llama_shape(), keys, SliceRule::kv_rows, rank, 16) == piece(512, 1, 512, 512));
}

TEST_CASE("the padding of the vocabulary is in no file", "[model]") {
    ModelConfig config = llama_shape();
    config.vocabulary_size = 100;  // padded to 128
    const Tensor embedding{"e", "BF16", {100, 4}, 0, 800};
    CHECK(slice(config, embedding, SliceRule::vocabulary, 0, 4) == piece(0, 1, 256, 256));
    CHECK(slice(config, embedding, SliceRule::vocabulary, 3, 4) == piece(768, 1, 32, 32, 28));
    CHECK(slice(config, embedding, SliceRule::vocabulary, 7, 8) == piece(0, 0, 0, 0, 16));
}

TEST_CASE("an FP8 slice ends where a block ends", "[model]") {
    const Tensor weight{"w", "F8_E4M3", {18432, 7168}, 0, 18432ull * 7168};
    CHECK(slice(r1_shape(), weight, SliceRule::rows, 7, 8).bytes() == 2304ull * 7168);
    CHECK(message_of([&] { slice(r1_shape(), weight, SliceRule::rows, 0, 32); }) ==
          "slicing \"w\" for tensor parallel size 32: Weight output_partition_size = 576 is not divisible by weight "
          "quantization block_n = 128");
    CHECK(message_of([&] { slice(r1_shape(), weight, SliceRule::columns, 0, 64); }) ==
          "slicing \"w\" for tensor parallel size 64: Weight input_size_per_partition = 112 is not divisible by weight "
          "quantization block_k = 128");
}

TEST_CASE("slices of all ranks together are the tensor", "[model]") {
    std::mt19937 random(20250120);
    const auto upto = [&](std::uint64_t most) { return 1 + random() % most; };
    for (int round = 0; round < 2'000; ++round) {
        const auto parts = static_cast<int>(upto(16));
        const auto step = static_cast<std::uint64_t>(parts);
        ModelConfig config = llama_shape();
        config.kv_heads = parts * static_cast<std::int64_t>(upto(4));
        Tensor tensor{
            "t", "BF16", {static_cast<std::uint64_t>(config.kv_heads) * upto(8), step * upto(8)}, random(), 0};
        tensor.size_bytes = 2 * tensor.shape[0] * tensor.shape[1];
        config.vocabulary_size = static_cast<std::int64_t>(tensor.shape[0]);
        SliceRule rule =
            std::array{SliceRule::rows, SliceRule::columns, SliceRule::kv_rows, SliceRule::vocabulary}[round % 4];
        const auto padded = (tensor.shape[0] + 63) / 64 * 64;
        if (rule == SliceRule::vocabulary && padded % step != 0) rule = SliceRule::rows;

        std::vector<int> readers(tensor.size_bytes, 0);
        for (int rank = 0; rank < parts; ++rank) {
            const Slice part = slice(config, tensor, rule, rank, parts);
            for (std::uint64_t row = 0; row < part.rows; ++row) {
                const std::uint64_t begin = part.offset_bytes - tensor.offset_bytes + row * part.stride_bytes;
                REQUIRE(begin + part.run_bytes <= tensor.size_bytes);
                for (std::uint64_t i = 0; i < part.run_bytes; ++i) ++readers[begin + i];
            }
        }
        REQUIRE(readers == std::vector<int>(tensor.size_bytes, 1));
    }
}

TEST_CASE("tensor parallel sizes are refused in the engine's terms", "[model]") {
    CHECK(tensor_parallel_refusal(r1_shape(), 3).text ==
          "Total number of attention heads (128) must be divisible by tensor parallel size (3); vocab_size, padded to "
          "64: "
          "129280 is not divisible by 3; intermediate size of an expert: 2048 is not divisible by 3; "
          "intermediate size of the shared experts: 2048 is not divisible by 3 (possible up to 64: 1, 2, 4, 8, 16)");
    CHECK(tensor_parallel_refusal(r1_shape(), 32).text ==
          "mlp.gate_proj: Weight output_partition_size = 576 is not divisible by weight quantization block_n = 128; "
          "mlp.down_proj: Weight input_size_per_partition = 576 is not divisible by weight quantization block_k = 128; "
          "experts: The output_size of gate's and up's weight = 64 is not divisible by weight quantization block_n = "
          "128; experts: The input_size of down's weight = 64 is not divisible by weight quantization block_k = 128; "
          "shared gate_proj: Weight output_partition_size = 64 is not divisible by weight quantization "
          "block_n "
          "= 128; shared down_proj: Weight input_size_per_partition = 64 is not divisible by weight "
          "quantization block_k = 128 (possible up to 64: 1, 2, 4, 8, 16)");
    for (const int size : {1, 2, 4, 8, 16}) CHECK(tensor_parallel_refusal(r1_shape(), size).text.empty());
    ModelConfig dequantized = r1_shape();
    dequantized.quantization.reset();
    CHECK(tensor_parallel_refusal(dequantized, 32).text.empty());

    for (const int size : {1, 2, 4, 8, 16, 32, 64}) CHECK(tensor_parallel_refusal(llama_shape(), size).text.empty());
    ModelConfig few_heads = llama_shape();
    few_heads.kv_heads = 1;
    CHECK(tensor_parallel_refusal(few_heads, 8).text.empty());
    few_heads.attention_heads = 96;
    few_heads.kv_heads = 6;
    CHECK_THAT(tensor_parallel_refusal(few_heads, 4).text,
               StartsWith("number of key/value heads (6) must be divisible by tensor parallel size (4), or divide it"));
    CHECK(tensor_parallel_refusal(llama_shape(), 0).text == "tensor parallel size 0 is not positive");
}

TEST_CASE("a token's key/value cache by kind of attention", "[model]") {
    CHECK(kv_bytes_per_token(r1_shape(), 61, 1) == 70'272);
    CHECK(kv_bytes_per_token(r1_shape(), 31, 8) == 35'712);  // latent: not divided
    CHECK(kv_bytes_per_token(llama_shape(), 80, 4) == 81'920);
    CHECK(kv_bytes_per_token(llama_shape(), 80, 8) == 40'960);
    CHECK(kv_bytes_per_token(llama_shape(), 80, 16) == 40'960);  // two ranks share a head
    CHECK(kv_bytes_per_token(llama_shape(), 20, 4) == 20'480);
}

TEST_CASE("stages that a version of the engine does not start with", "[model]") {
    CHECK(pipeline_refusal(r1_shape(), {31, 30}, Version::parse("0.9.2")) ==
          "AssertionError in the loader of a stage without the head");
    CHECK(pipeline_refusal(r1_shape(), {61}, Version::parse("0.9.2")).empty());
    CHECK(pipeline_refusal(r1_shape(), {31, 30}, Version::parse("0.9.1")).empty());
    CHECK(pipeline_refusal(r1_shape(), {31, 30}).empty());
    // The table refuses what plan_layouts() refuses: one row, and not two that differ.
    CHECK(pipeline_refusal(r1_shape(), {31, 30}, Version::parse("0.6.4")) ==
          "NotImplementedError: Pipeline parallelism is not supported for this model");

    ModelConfig config = r1_shape();
    config.architecture = "Qwen3MoeForCausalLM";
    config.layers = 4;
    config.experts->first_dense_layers = 0;
    config.experts->later_dense_layers = {2, 3};
    CHECK(pipeline_refusal(config, {2, 2}) == "No Qwen3MoE layer found in the model.layers of stage 1");
    CHECK(pipeline_refusal(config, {1, 3}).empty());
    CHECK(pipeline_refusal(config, {2, 2}, Version::parse("0.9.2")).empty());
}

TEST_CASE("docs/models.md names every architecture that has slicing rules", "[model]") {
    ModelConfig unknown;
    unknown.architecture = "OtherForCausalLM";
    const std::string message = message_of([&] { family_of(unknown); });
    const std::string page = read_text_file(R1CLUSTER_SOURCE_DIR "/docs/models.md");
    int architectures = 0;
    for (std::size_t begin = message.find("known are"); (begin = message.find('"', begin)) != std::string::npos;) {
        const std::size_t end = message.find('"', begin + 1);
        const std::string architecture = message.substr(begin + 1, end - begin - 1);
        INFO(architecture);
        CHECK(page.find("`" + architecture + "`") != std::string::npos);
        ++architectures;
        begin = end + 1;
    }
    CHECK(architectures >= 8);
}
