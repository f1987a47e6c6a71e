// SPDX-License-Identifier: Apache-2.0
#include "host/example/deepseek_r1.hpp"

#include <set>

#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/model/summary.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const CheckpointText& text() {
    static const CheckpointText made = detail::deepseek_r1_text("/data/DeepSeek-R1");
    return made;
}

}  // namespace

TEST_CASE("the headers are those of DeepSeek-R1 as it is published", "[host/example]") {
    const Checkpoint checkpoint = parse_checkpoint(text());
    const CheckpointSummary summary = checkpoint_summary(checkpoint);
    CHECK(checkpoint.warnings ==
          std::vector<std::string>{"config.json has auto_map: Python beside the weights, which is never run here"});
    CHECK(checkpoint.files.size() == 163);
    CHECK(summary.tensors == 91'991);
    // 671 billion, and 13.5 billion of the layer that predicts a further token: the model card of DeepSeek-V3.
    CHECK(summary.parameters == 684'489'845'504);
    CHECK(checkpoint.config.layers == 61);
    CHECK(checkpoint.config.next_token_layers == 1);
    CHECK(checkpoint.files.front().name == "model-00001-of-000163.safetensors");
    CHECK(checkpoint.files.back().name == "model-00163-of-000163.safetensors");
}

TEST_CASE("layers 0 to 2 are in the first file, the head and layer 61 in the last four", "[host/example]") {
    const std::vector<std::vector<detail::NamedShape>> files = detail::deepseek_r1_files();
    REQUIRE(files.size() == 163);
    std::set<std::string> in_first;
    for (const detail::NamedShape& tensor : files.front()) in_first.insert(tensor.name);
    CHECK(in_first.contains("model.embed_tokens.weight"));
    CHECK(in_first.contains("model.layers.2.mlp.down_proj.weight"));
    CHECK(!in_first.contains("model.layers.3.input_layernorm.weight"));
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const detail::NamedShape& tensor : files[i]) {
            const bool is_of_the_end = tensor.name == "lm_head.weight" || tensor.name.starts_with("model.layers.61.") ||
                                       tensor.name == "model.norm.weight";
            INFO(tensor.name << " in file " << i + 1);
            if (is_of_the_end != (i >= 159)) FAIL();
        }
    }
}
