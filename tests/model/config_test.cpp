// SPDX-License-Identifier: Apache-2.0
#include "model/synthetic.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

/// The Error for a configuration in which `from` is replaced.
std::string refusal(std::string config, const std::string& from, const std::string& to) {
    const std::size_t at = config.find(from);
    REQUIRE(at != std::string::npos);
    config.replace(at, from.size(), to);
    return message_of([&] { parse_config(config); });
}

std::string r1_refusal(const std::string& from, const std::string& to) { return refusal(test::r1_config, from, to); }
std::string llama_refusal(const std::string& from, const std::string& to) {
    return refusal(test::llama_70b_config, from, to);
}

}  // namespace

TEST_CASE("R1's config.json gives its shape", "[model]") {
    ModelConfig expected;
    expected.architecture = "DeepseekV3ForCausalLM";
    expected.model_type = "deepseek_v3";
    expected.dtype = "bfloat16";
    expected.hidden_size = 7168;
    expected.intermediate_size = 18432;
    expected.layers = 61;
    expected.attention_heads = expected.kv_heads = 128;
    expected.head_dim = 192;
    expected.vocabulary_size = 129280;
    expected.max_position = 163840;
    expected.next_token_layers = 1;
    expected.has_remote_code = true;
    expected.latent_attention = LatentAttention{1536, 512, 128, 64, 128};
    expected.experts = Experts{256, 1, 8, 2048, 3, 2048, {}};
    expected.quantization =
        Quantization{.method = "fp8", .block = {128, 128}, .format = "fp8_block", .bits = 8, .activations = "dynamic"};
    CHECK(parse_config(test::r1_config) == expected);
}

TEST_CASE("a dense config.json may leave out what has a default", "[model]") {
    const ModelConfig config = parse_config(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "dtype": "float16", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "vocab_size": 256, "max_position_embeddings": 512, "quantization_config": null})");
    CHECK(config.kv_heads == 4);
    CHECK(config.head_dim == 16);
    CHECK(config.dtype == "float16");
    CHECK_FALSE(config.experts);
    CHECK_FALSE(config.quantization);
    CHECK_FALSE(config.latent_attention);
}

TEST_CASE("wrong values of config.json name the key", "[model]") {
    CHECK(r1_refusal("\"num_hidden_layers\": 61", "\"num_hidden_layers\": 0") ==
          "config.json: num_hidden_layers: expected a whole number from 1 to 10,000, got 0");
    CHECK(r1_refusal("\"num_hidden_layers\": 61", "\"num_hidden_layers\": 1000000000") ==
          "config.json: num_hidden_layers: expected a whole number from 1 to 10,000, got 1000000000");
    CHECK(r1_refusal("\"num_hidden_layers\": 61", "\"num_hidden_layers\": \"61\"") ==
          "config.json: num_hidden_layers: expected a whole number from 1 to 10,000, got \"61\"");
    CHECK_THAT(r1_refusal("\"num_hidden_layers\": 61", "\"num_hidden_layers\": 61.0"),
               StartsWith("config.json: num_hidden_layers: expected a whole number from 1 to 10,000, got 6"));
    CHECK_THAT(r1_refusal("\"num_hidden_layers\": 61", "\"num_hidden_layers\": -1"), ContainsSubstring("got -1"));
    CHECK(r1_refusal("\"num_hidden_layers\": 61,", "") == "config.json: the key \"num_hidden_layers\" is missing");
    CHECK(r1_refusal("\"max_position_embeddings\": 163840", "\"max_position_embeddings\": 9223372036854775808") ==
          "config.json: max_position_embeddings: expected a whole number from 1 to 1,099,511,627,776, got "
          "9223372036854775808");
    CHECK(r1_refusal("\"vocab_size\": 129280", "\"vocab_size\": -5") ==
          "config.json: vocab_size: expected a whole number from 1 to 16,777,216, got -5");
    CHECK(r1_refusal("\"n_routed_experts\": 256", "\"n_routed_experts\": 0") ==
          "config.json: n_routed_experts: expected a whole number from 1 to 65,536, got 0");
    CHECK(r1_refusal("\"num_experts_per_tok\": 8", "\"num_experts_per_tok\": 257") ==
          "config.json: num_experts_per_tok 257 is more than n_routed_experts 256");
    CHECK(r1_refusal("\"first_k_dense_replace\": 3", "\"first_k_dense_replace\": 62") ==
          "config.json: first_k_dense_replace 62 is more than num_hidden_layers 61");
    CHECK(r1_refusal("[128, 128]", "[0, 128]") ==
          "config.json: quantization_config: weight_block_size: expected a whole number from 1 to 65,536, got 0");
    CHECK(r1_refusal("[128, 128]", "128") ==
          "config.json: quantization_config: weight_block_size: expected a list of two whole numbers, got 128");
    CHECK(r1_refusal("\"bfloat16\"", "\"int4\"") ==
          "config.json: torch_dtype: expected \"bfloat16\", \"float16\" or \"float32\", got \"int4\"");
    CHECK(r1_refusal("[\"DeepseekV3ForCausalLM\"]", "[]") ==
          "config.json: architectures: expected a list of one name, got []");
    CHECK(llama_refusal("\"num_key_value_heads\": 8", "\"num_key_value_heads\": 7") ==
          "config.json: num_attention_heads 64 is not a multiple of num_key_value_heads 7");
    CHECK(llama_refusal("\"num_attention_heads\": 64", "\"num_attention_heads\": 0") ==
          "config.json: num_attention_heads: expected a whole number from 1 to 65,536, got 0");
    CHECK(llama_refusal("8192, \"intermediate_size\": 28672, \"num_hidden_layers\": 80, \"num_attention_heads\": 64,\n"
                        "  \"num_key_value_heads\": 8, \"head_dim\": 128",
                        "8191, \"intermediate_size\": 28672, \"num_hidden_layers\": 80, \"num_attention_heads\": 64") ==
          "config.json: hidden_size 8191 is not a multiple of num_attention_heads 64, and there is no head_dim");
    CHECK(llama_refusal("false", "\"no\"") == "config.json: tie_word_embeddings: expected true or false, got \"no\"");
}

TEST_CASE("what is not JSON says where", "[model]") {
    CHECK_THAT(llama_refusal("128256,", "NaN,"), StartsWith("config.json:4:"));
    CHECK_THAT(llama_refusal("\"vocab_size\"", "\"head_dim\""),
               ContainsSubstring("the key \"head_dim\" occurs twice in one object"));
    CHECK(message_of([] { parse_config("[]"); }) == "config.json: expected an object, got []");
    CHECK_THAT(message_of([] { parse_config("{\"a\":" + std::string(100'000, '[')); }),
               ContainsSubstring("nested deeper than 64"));
    CHECK(message_of([] { parse_config(std::string((16 << 20) + 1, ' ')); }) ==
          "config.json: 16.00 MiB of text, more than the 16.00 MiB that a config.json may have");
}

TEST_CASE("experts in the words of each family", "[model]") {
    const auto experts_of = [](const std::string& more) {
        const std::string common = R"({"architectures": ["A"], "model_type": "a", "hidden_size": 64, "vocab_size": 100,
            "intermediate_size": 96, "num_hidden_layers": 6, "num_attention_heads": 4, "max_position_embeddings": 64,
            "num_experts_per_tok": 2, )";
        return parse_config(common + more + "}").experts.value();
    };
    CHECK(experts_of(R"("num_local_experts": 8)") == Experts{8, 0, 2, 96, 0, 0, {}});
    CHECK(experts_of(R"("num_experts": 8, "moe_intermediate_size": 32, "decoder_sparse_step": 2)") ==
          Experts{8, 0, 2, 32, 0, 0, {0, 2, 4}});
    CHECK(experts_of(R"("num_experts": 8, "moe_intermediate_size": 32, "mlp_only_layers": [3, 5],
                        "shared_expert_intermediate_size": 80)") == Experts{8, 1, 2, 32, 0, 80, {3, 5}});
    CHECK(experts_of(R"("n_routed_experts": 8, "moe_intermediate_size": 32, "n_shared_experts": 2,
                        "first_k_dense_replace": 1, "moe_layer_freq": 2)") == Experts{8, 2, 2, 32, 1, 64, {1, 3, 5}});
    CHECK(message_of([&] { experts_of(R"("num_experts": 1, "moe_intermediate_size": 32)"); }) ==
          "config.json: num_experts_per_tok 2 is more than num_experts 1");
    CHECK(message_of([&] { experts_of(R"("num_experts": 8, "moe_intermediate_size": 32, "mlp_only_layers": 3)"); }) ==
          "config.json: mlp_only_layers: expected a list of whole numbers, got 3");
}
