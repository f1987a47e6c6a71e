// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/checkpoint.hpp"

#include <fmt/format.h>

#include "model/synthetic.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

const std::string tiny_config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "torch_dtype": "bfloat16", "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100, "max_position_embeddings": 64})";

/// Two layers in several files.
CheckpointText tiny() {
    return test::checkpoint_text(test::llama_tensors(2, 8, 16, 4, 100), tiny_config, 1'700, "/data/tiny");
}

std::string refusal(const CheckpointText& text) {
    return message_of([&] { parse_checkpoint(text); });
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

CheckpointText with_index(const std::string& from, const std::string& to) {
    CheckpointText text = tiny();
    replace(text.index, from, to);
    return text;
}

}  // namespace

TEST_CASE("a complete checkpoint is read with its sums", "[model]") {
    const Checkpoint checkpoint = parse_checkpoint(tiny());
    CHECK(checkpoint.tensor_count() == 21);
    CHECK(checkpoint.tensor_bytes() == 2 * (2 * 100 * 8 + 8 + 2 * (2 * 8 + 2 * 8 * 8 + 2 * 4 * 8 + 3 * 16 * 8)));
    CHECK(checkpoint.files.size() == 4);
    CHECK(checkpoint.warnings.empty());
    CHECK(checkpoint.files[0].header_bytes == checkpoint.files[0].tensors[0].offset_bytes);
}

TEST_CASE("a shard that is missing is named, with what it holds", "[model]") {
    CheckpointText text = tiny();
    text.shards.erase(text.shards.begin() + 1);
    CHECK(refusal(text) ==
          "the shard \"model-00002-of-00004.safetensors\" is missing: model.safetensors.index.json "
          "lists 14 of its tensors");
}

TEST_CASE("a shard cut by a byte is named", "[model]") {
    CheckpointText text = tiny();
    ShardText& shard = text.shards[1];
    const std::uint64_t whole = shard.size_bytes--;
    CHECK_THAT(refusal(text), StartsWith("model-00002-of-00004.safetensors:byte "));
    CHECK_THAT(refusal(text), ContainsSubstring(fmt::format(
                                  ": the file is cut by 1 byte: its header says {},{:03}, the file has {},{:03}",
                                  whole / 1000, whole % 1000, shard.size_bytes / 1000, shard.size_bytes % 1000)));
}

TEST_CASE("index and shards must agree on every tensor", "[model]") {
    CHECK(refusal(with_index("\"model.norm.weight\"", "\"model.norm.bias\"")) ==
          "the tensor \"model.norm.bias\" is not in \"model-00003-of-00004.safetensors\", where "
          "model.safetensors.index.json lists it");
    CHECK(refusal(with_index("\"model.norm.weight\":\"model-00003", "\"model.norm.weight\":\"model-00002")) ==
          "the tensor \"model.norm.weight\" is in \"model-00003-of-00004.safetensors\", but "
          "model.safetensors.index.json lists it in \"model-00002-of-00004.safetensors\"");
    CHECK(refusal(with_index("\"model.norm.weight\":\"model-00003-of-00004.safetensors\",", "")) ==
          "the tensor \"model.norm.weight\" of \"model-00003-of-00004.safetensors\" is not in "
          "model.safetensors.index.json");
}

TEST_CASE("a tensor in two shards is refused", "[model]") {
    CheckpointText text = tiny();
    std::string header = *text.shards[3].header.text;
    replace(header, "lm_head.weight", "model.norm.weight");
    text.shards[3] = test::shard_text(text.shards[3].name, header, 1600);
    CHECK(refusal(text) ==
          "the tensor \"model.norm.weight\" is in two shards: \"model-00003-of-00004.safetensors\" and "
          "\"model-00004-of-00004.safetensors\"");
}

TEST_CASE("an index names only plain files of its own folder", "[model]") {
    const std::string file = "\"model-00001-of-00004.safetensors\"";
    const auto refused = [&](const std::string& name) { return refusal(with_index(file, name)); };
    const std::string start = "model.safetensors.index.json: weight_map: \"model.embed_tokens.weight\": ";
    CHECK(refused("\"../a\"") == start + "the file \"../a\" is not a plain file name, but a path");
    CHECK(refused("\"/etc/x\"") == start + "the file \"/etc/x\" is not a plain file name, but a path");
    CHECK(refused("\"a\\\\b\"") == start + "the file \"a\\\\b\" is not a plain file name, but a path");
    CHECK(refused("\"..\"") == start + "the file \"..\" is no file name");
    CHECK(refused("\".\"") == start + "the file \".\" is no file name");
    CHECK(refused("\"\"") == start + "the file \"\" is no file name");
    CHECK(refused("\"a\\u0000b\"") == start + "the file \"a\\u0000b\" has a control character");
    CHECK_THAT(refused("\"" + std::string(5000, 'x') + "\""), ContainsSubstring("is longer than a file name can be"));
    CHECK(refused("7") == start + "expected a file name, got 7");
}

TEST_CASE("an index that is no index is refused", "[model]") {
    CheckpointText text = tiny();
    text.index = "{\"weight_map\":[]}";
    CHECK(refusal(text) == "model.safetensors.index.json: expected an object with an object \"weight_map\"");
    text.index = "{\"weight_map\":{}}";
    CHECK(refusal(text) == "model.safetensors.index.json: weight_map names no tensor");
    text.index = "{\"weight_map\":{\"a\":\"b\",\"a\":\"b\"}}";
    CHECK(refusal(text) == "model.safetensors.index.json:1:26: the key \"a\" occurs twice in one object");
}

TEST_CASE("a git-LFS pointer and an error page are recognised", "[model]") {
    const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    CheckpointText text = tiny();
    ShardText& shard = text.shards[0];
    shard.size_bytes = 134;
    shard.header = {std::nullopt, "the length cannot be"};
    shard.declared_header_bytes = 0x206e6f6973726576;  // "version "
    CHECK(refusal(text) ==
          "model-00001-of-00004.safetensors:byte 0: a git-LFS pointer instead of the file itself: run "
          "git lfs pull");
    shard.declared_header_bytes = 0x50595443'4f44213c;  // "<!DOCTYP"
    CHECK(refusal(text) ==
          "model-00001-of-00004.safetensors:byte 0: an HTML page, as a failed download leaves it: fetch "
          "the file again");
    text = tiny();
    text.config = pointer;
    CHECK(refusal(text) == "config.json: a git-LFS pointer instead of the file itself: run git lfs pull");
    text = tiny();
    text.index = "\n<html>";
    CHECK(refusal(text) ==
          "model.safetensors.index.json: an HTML page, as a failed download leaves it: fetch the file "
          "again");
}

TEST_CASE("without an index the names show whether the set is complete", "[model]") {
    CheckpointText text = tiny();
    text.index.clear();
    CHECK(parse_checkpoint(text).tensor_count() == 21);
    text.shards.erase(text.shards.begin() + 2);
    CHECK(refusal(text) == "part 3 of 4 is missing in \"/data/tiny\"");
    text.shards[0].name = "weights.safetensors";
    CHECK(refusal(text) ==
          "\"weights.safetensors\" without model.safetensors.index.json: expected \"model.safetensors\" "
          "alone, or model-00001-of-0000N.safetensors and the rest of one such set");
    text.shards.clear();
    CHECK(refusal(text) == "\"/data/tiny\" holds no .safetensors file");

    text = test::checkpoint_text(test::llama_tensors(2, 8, 16, 4, 100), tiny_config, 1'000'000, "/data/tiny");
    text.index.clear();
    text.shards[0].name = "model.safetensors";
    CHECK(parse_checkpoint(text).files.size() == 1);
}

TEST_CASE("a header that was not read, or read in part, is refused", "[model]") {
    CheckpointText text = tiny();
    text.shards[0].header = {std::nullopt, "Permission denied"};
    CHECK(refusal(text) == "model-00001-of-00004.safetensors:byte 8: the header was not read: Permission denied");
    text = tiny();
    text.shards[0].declared_header_bytes = text.shards[0].size_bytes;
    CHECK_THAT(refusal(text), StartsWith("model-00001-of-00004.safetensors:byte 0: a header of "));
}

TEST_CASE("a layer that config.json promises and no tensor has is an error", "[model]") {
    CheckpointText text = tiny();
    replace(text.config, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    CHECK(refusal(text) == "config.json says 3 layers, but \"/data/tiny\" has no tensor of layer 2");
}

TEST_CASE("an FP8 weight needs its scales on the grid of its blocks", "[model]") {
    std::vector<test::NamedShape> tensors = test::llama_tensors(2, 8, 16, 4, 100);
    std::string config = tiny_config;
    replace(config, "\"vocab_size\"",
            "\"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [4, 4]}, "
            "\"vocab_size\"");
    const std::string name = "model.layers.0.mlp.up_proj.weight";
    for (test::NamedShape& tensor : tensors) {
        if (tensor.name == name) tensor.dtype = "F8_E4M3";
    }
    const auto refused = [&] { return refusal(test::checkpoint_text(tensors, config, 1'000'000, "/data/tiny")); };
    CHECK(refused() == "the tensor \"" + name + "\" is F8_E4M3, but there is no \"" + name + "_scale_inv\"");
    tensors.push_back({name + "_scale_inv", "F32", {4, 1}});
    CHECK(refused() == "the tensor \"" + name +
                           "_scale_inv\" must be [4, 2] for a weight [16, 8] in blocks of 4 x 4, got "
                           "[4, 1]");
    tensors.back().shape = {4, 2};
    CHECK(refused().empty());
}

TEST_CASE("what is odd but loadable is told", "[model]") {
    CheckpointText text = with_index("\"total_size\":", "\"total_size\":1");
    replace(text.config, "\"vocab_size\"", "\"auto_map\": {}, \"vocab_size\"");
    text.shards.push_back(test::shard_text("extra.safetensors", "not even JSON", 0));
    const Checkpoint checkpoint = parse_checkpoint(text);
    REQUIRE(checkpoint.warnings.size() == 3);
    CHECK(checkpoint.warnings[0] == "\"extra.safetensors\" is not in model.safetensors.index.json: not read");
    CHECK_THAT(checkpoint.warnings[1], StartsWith("model.safetensors.index.json says total_size 1"));
    CHECK(checkpoint.warnings[2] == "config.json has auto_map: Python beside the weights, which is never run here");

    std::vector<test::NamedShape> tensors = test::llama_tensors(2, 8, 16, 4, 100);
    tensors.push_back({"model.layers.2.input_layernorm.weight", "BF16", {8}});
    const Checkpoint odd = parse_checkpoint(test::checkpoint_text(tensors, tiny_config, 1'000'000, "/data/tiny"));
    CHECK(odd.warnings == std::vector<std::string>{"1 of 22 tensors are of no place that is known: "
                                                   "\"model.layers.2.input_layernorm.weight\""});
}

TEST_CASE("Mistral's own form beside the usual one is left alone, and alone it is refused", "[model]") {
    CheckpointText text = tiny();
    text.shards.push_back(test::shard_text("consolidated.safetensors", "not even JSON", 7));
    const Checkpoint both = parse_checkpoint(text);
    CHECK(both.tensor_count() == 21);
    CHECK(both.warnings == std::vector<std::string>{
                               "1 file in Mistral's own form (\"consolidated.safetensors\"): not read here, but newer "
                               "versions of vLLM prefer them unless --load-format safetensors and --config-format hf "
                               "say otherwise"});
    text.index.clear();  // by their names alone too
    CHECK(parse_checkpoint(text).tensor_count() == 21);
    text.shards.erase(text.shards.begin(), text.shards.end() - 1);
    CHECK(refusal(text) ==
          "\"consolidated.safetensors\" is Mistral's own form of the weights, for which there are no rules; expected "
          "model-*.safetensors, the form for Hugging Face's transformers");
}

TEST_CASE("an index of very many files is refused at the first that is missing", "[model]") {
    CheckpointText text = tiny();
    text.index = "{\"weight_map\":{";
    for (int i = 0; i < 100'000; ++i) text.index += fmt::format("\"t{0}\":\"f{0}.safetensors\",", i);
    text.index += "\"x\":\"y\"}}";
    CHECK(refusal(text) ==
          "the shard \"f0.safetensors\" is missing: model.safetensors.index.json lists 1 of its tensors");
    text.index = std::string(64'000'001, ' ');
    CHECK(refusal(text) == "model.safetensors.index.json: 64,000,001 bytes, more than 64,000,000");
}

TEST_CASE("a checkpoint shows its sums", "[model]") {
    CHECK(show(parse_checkpoint(tiny())) ==
          "/data/tiny: LlamaForCausalLM, 2,792 parameters, 5.45 KiB in 21 tensors, 4 files\n"
          "  2 layers, 4 attention heads, 2 key/value heads, vocabulary of 100\n"
          "  by dtype\n"
          "    BF16                     21 tensors      5.45 KiB\n"
          "  by kind\n"
          "    embedding                 1 tensors      1.56 KiB\n"
          "    head                      1 tensors      1.56 KiB\n"
          "    MLP                       6 tensors      1.50 KiB\n"
          "    attention                 8 tensors         768 B\n"
          "    norm                      5 tensors          80 B\n"
          "  by layer\n"
          "    0-1      dense         2 x    1.16 KiB in      9 tensors\n");
}
