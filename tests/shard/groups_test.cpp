// SPDX-License-Identifier: Apache-2.0
// Expert and data parallelism, next-token layers, casts, and what all ranks together read.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "model/synthetic.hpp"
#include "shard/sharding.hpp"
#include "shard/weight_bytes.hpp"
#include "shard/weights.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;
using Catch::Matchers::WithinAbs;
using detail::GroupSizes;
using detail::RankPosition;

namespace {

/// One host for each pipeline stage and data rank.
std::vector<RankPosition> positions_of(const GroupSizes& sizes, std::int64_t layers) {
    std::vector<RankPosition> positions;
    const std::int64_t each = layers / sizes.pipeline_parallel;
    for (int data = 0; data < sizes.data_parallel; ++data) {
        for (int stage = 0; stage < sizes.pipeline_parallel; ++stage) {
            for (int tensor = 0; tensor < sizes.tensor_parallel; ++tensor) {
                const bool is_last = stage == sizes.pipeline_parallel - 1;
                positions.push_back({.rank = static_cast<int>(positions.size()),
                                     .host = std::to_string(data) + "/" + std::to_string(stage),
                                     .stage = static_cast<std::uint32_t>(stage),
                                     .group_rank = data * sizes.tensor_parallel + tensor,
                                     .first_layer = stage * each,
                                     .layer_count = is_last ? layers - stage * each : each});
            }
        }
    }
    return positions;
}

ShardPlan sharded(const GroupSizes& sizes, const Checkpoint& checkpoint, const Loading& loading = {}) {
    return detail::shard(sizes, positions_of(sizes, checkpoint.config.layers), checkpoint,
                         detail::Loader(loading, Knowledge::embedded()));
}

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

std::uint64_t r1_expert_bytes() {  // gate, up, down and their scales
    return 3 * (2048ull * 7168 + 4 * 16 * 56);
}

/// A mixture of `experts` with one dense layer, unquantised.
Checkpoint mixture(int experts) {
    std::vector<NamedShape> tensors = llama_tensors(2, 8, 16, 4, 128);
    std::erase_if(tensors,
                  [](const NamedShape& tensor) { return tensor.name.find("layers.1.mlp.") != std::string::npos; });
    for (int expert = 0; expert < experts; ++expert) {
        const std::string prefix = "model.layers.1.mlp.experts." + std::to_string(expert);
        tensors.push_back({prefix + ".gate_proj.weight", "BF16", {24, 8}});
        tensors.push_back({prefix + ".up_proj.weight", "BF16", {24, 8}});
        tensors.push_back({prefix + ".down_proj.weight", "BF16", {8, 24}});
    }
    tensors.push_back({"model.layers.1.mlp.gate.weight", "BF16", {static_cast<std::uint64_t>(experts), 8}});
    return checkpoint_of(tensors,
                         R"({"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe",
        "torch_dtype": "bfloat16", "hidden_size": 8, "intermediate_size": 16, "moe_intermediate_size": 24,
        "num_experts": )" + std::to_string(experts) +
                             R"(, "num_experts_per_tok": 2, "mlp_only_layers": [0],
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 2, "vocab_size": 128,
        "max_position_embeddings": 64, "tie_word_embeddings": false})",
                         100'000, "/data/mixture");
}

std::vector<std::set<std::uint32_t>> experts_of_ranks(const ShardPlan& plan, const Checkpoint& checkpoint) {
    std::vector<std::set<std::uint32_t>> experts(plan.ranks.size());
    for (std::size_t i = 0; i < plan.ranks.size(); ++i) {
        for (const Slice& slice : plan.slices(i)) {
            const TensorList& tensors = checkpoint.files[slice.file].tensors;
            if (tensors.name(slice.tensor).find(".experts.") == std::string::npos) continue;
            experts[i].insert(tensors.entries()[slice.tensor].numbers[1]);
        }
    }
    return experts;
}

using ExpertNumbers = std::set<std::uint32_t>;

}  // namespace

TEST_CASE("R1 with whole experts on 8 ranks takes what TP 8 takes, and much more where attention is not divided",
          "[shard]") {
    // Derived in the issue's reference: 79.29 GiB for TP8 with and without expert parallelism, 93.92 GiB for DP8.
    const ShardPlan divided = sharded({.tensor_parallel = 8}, r1());
    const ShardPlan tensor = sharded({.tensor_parallel = 8, .is_expert_parallel = true}, r1());
    const ShardPlan data = sharded({.data_parallel = 8, .is_expert_parallel = true}, r1());
    for (std::size_t rank = 0; rank < 8; ++rank) {
        CHECK(tensor.ranks[rank].bytes == divided.ranks[rank].bytes);
        CHECK_THAT(static_cast<double>(tensor.ranks[rank].bytes) / gib, WithinAbs(79.29, 0.005));
        CHECK_THAT(static_cast<double>(data.ranks[rank].bytes) / gib, WithinAbs(93.92, 0.005));
    }
    // 58 layers of 32 experts each, three matrices and three scales; only that rank has them.
    std::uint64_t bytes = 0, slices = 0;
    for (const Slice& slice : tensor.slices(3)) {
        if (tensor_of(r1(), slice).name.find(".mlp.experts.") == std::string::npos) continue;
        ++slices;
        bytes += slice.bytes();
        CHECK(slice.replicas == 1);
    }
    CHECK(slices == 58 * 32 * 6);
    CHECK(bytes == 58 * 32 * r1_expert_bytes());
}

TEST_CASE("experts that cannot be dealt evenly go to the first ranks, and to the last before vLLM 0.10.1", "[shard]") {
    const Checkpoint checkpoint = mixture(7);
    const GroupSizes sizes{.tensor_parallel = 2, .data_parallel = 2, .is_expert_parallel = true};
    CHECK(experts_of_ranks(sharded(sizes, checkpoint), checkpoint) ==
          std::vector<ExpertNumbers>{{0, 1}, {2, 3}, {4, 5}, {6}});
    CHECK(experts_of_ranks(sharded(sizes, checkpoint, {.expert_placement = ExpertPlacement::round_robin}),
                           checkpoint) == std::vector<ExpertNumbers>{{0, 4}, {1, 5}, {2, 6}, {3}});
    CHECK(experts_of_ranks(sharded(sizes, checkpoint, {.engine = "0.10.0"}), checkpoint) ==
          std::vector<ExpertNumbers>{{0}, {1}, {2}, {3, 4, 5, 6}});
    CHECK(experts_of_ranks(sharded(sizes, checkpoint, {.engine = "0.10.1"}), checkpoint) ==
          std::vector<ExpertNumbers>{{0, 1}, {2, 3}, {4, 5}, {6}});
}

TEST_CASE("without expert parallelism an expert is divided over data and tensor ranks together", "[shard]") {
    const Checkpoint checkpoint = mixture(2);
    const ShardPlan plan = sharded({.tensor_parallel = 2, .data_parallel = 2}, checkpoint);
    std::vector<std::uint64_t> expert_bytes, query_offsets;
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t bytes = 0;
        for (const Slice& slice : plan.slices(i)) {
            const Tensor tensor = tensor_of(checkpoint, slice);
            if (tensor.name.find(".experts.") != std::string::npos) bytes += slice.bytes();
            if (tensor.name == "model.layers.0.self_attn.q_proj.weight") {
                query_offsets.push_back(slice.offset_bytes - tensor.offset_bytes);
                CHECK(slice.replicas == 2);  // the same rank of the other data rank
            }
        }
        expert_bytes.push_back(bytes);
    }
    CHECK(expert_bytes == std::vector<std::uint64_t>(4, 2 * 3 * 24 * 8 * 2 / 4));
    CHECK(query_offsets == std::vector<std::uint64_t>{0, 64, 0, 64});
    CHECK_THAT(
        message_of([&] { sharded({.tensor_parallel = 2, .data_parallel = 8}, checkpoint); }),
        StartsWith("slicing \"model.layers.1.mlp.experts.0.gate_proj.weight\" for tensor parallel size 16: 24 is "
                   "not divisible by 16"));
}

TEST_CASE("the last stage reads the next-token layer when drafts are made with it", "[shard]") {
    const GroupSizes sizes{.tensor_parallel = 8, .pipeline_parallel = 2};
    const ShardPlan without = sharded(sizes, r1());
    const ShardPlan with = sharded(sizes, r1(), {.engine = "0.9.2", .drafts_next_tokens = true});
    CHECK(with.hosts[0].bytes == without.hosts[0].bytes);
    CHECK(with.hosts[1].bytes - without.hosts[1].bytes == 15'424'227'552);
    // 0.32.0 fills the draft model's embedding from the main one as well.
    const ShardPlan newest = sharded(sizes, r1(), {.drafts_next_tokens = true});
    CHECK(newest.hosts[1].bytes - with.hosts[1].bytes == 2ull * 129'280 * 7'168);
    CHECK(message_of([&] { sharded(sizes, r1(), {.engine = "0.7.1", .drafts_next_tokens = true}); }) ==
          "drafting with next-token layers: release 0.7.1 of the engine cannot, 0.7.3 and later can");
}

TEST_CASE("casts say what a rank holds in memory", "[shard]") {
    const ShardPlan as_is = sharded({}, llama_70b());
    const ShardPlan wide = sharded({}, llama_70b(), {.dtype = "float32"});
    const ShardPlan half = sharded({}, llama_70b(), {.dtype = "float16"});
    CHECK(as_is.ranks[0].memory_bytes == as_is.ranks[0].bytes);  // 128,256 words need no padding
    CHECK(half.ranks[0].memory_bytes == half.ranks[0].bytes);
    CHECK(wide.ranks[0].memory_bytes == 2 * wide.ranks[0].bytes);
    CHECK((*half.slices(0).begin()).cast == Cast::to_float16);

    const Tensor bias{"model.layers.3.mlp.gate.e_score_correction_bias", "F32", {256}, 0, 1024};
    const auto cast = [&](const Tensor& tensor, const char* engine) {
        const Loading loading{.engine = engine};
        return cast_of(r1().config, tensor, *place_tensor(r1().config, tensor.name, loading), loading);
    };
    CHECK(cast(bias, "0.7.1") == Cast::to_bfloat16);
    CHECK(cast(bias, "0.10.2") == Cast::none);
    CHECK(cast({"model.layers.3.self_attn.o_proj.weight_scale_inv", "F32", {56, 128}, 0, 28'672}, "0.7.1") ==
          Cast::none);
    CHECK(message_of([&] { sharded({}, llama_70b(), {.dtype = "int4"}); }) ==
          "loading weights as \"int4\": not a dtype that the engine computes in; expected \"bfloat16\", \"float16\" or "
          "\"float32\"");
}

TEST_CASE("a vocabulary that does not divide is filled with rows of zeros", "[shard]") {
    std::vector<NamedShape> tensors = llama_tensors(1, 8, 16, 8, 100);
    const Checkpoint checkpoint = checkpoint_of(tensors, R"({"architectures": ["LlamaForCausalLM"],
        "model_type": "llama", "torch_dtype": "bfloat16", "hidden_size": 8, "intermediate_size": 16,
        "num_hidden_layers": 1, "num_attention_heads": 8, "num_key_value_heads": 8, "vocab_size": 100,
        "max_position_embeddings": 64, "tie_word_embeddings": false})",
                                                100'000, "/data/odd");
    const ShardPlan plan = sharded({.tensor_parallel = 8}, checkpoint);  // 128 rows, 16 each: 6 * 16 + 4
    std::vector<std::uint32_t> padding;
    for (std::size_t i = 0; i < 8; ++i) padding.push_back((*plan.slices(i).begin()).padding_rows);
    CHECK(padding == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 0, 12, 16});
    CHECK((*plan.slices(7).begin()).rows == 0);
    CHECK(plan.ranks[6].memory_bytes == plan.ranks[6].bytes + 2 * 12 * 8 * 2);  // embedding and head
}

TEST_CASE("70B on 4 x 4 GPUs: what its stages hold", "[shard]") {
    const ShardPlan plan = sharded({.tensor_parallel = 4, .pipeline_parallel = 4}, llama_70b());
    for (std::size_t i = 0; i < 16; ++i) {
        const bool is_end = i < 4 || i >= 12;
        CHECK_THAT(static_cast<double>(plan.ranks[i].bytes) / gib, WithinAbs(is_end ? 8.459 : 7.97, 0.005));
    }
    std::uint64_t sum = 0;
    for (const HostShards& host : plan.hosts) sum += host.bytes;
    CHECK(sum == 141'107'412'992);
}

TEST_CASE("each family of R1's tensors adds up to its formula", "[shard]") {
    const ShardPlan plan = sharded({.tensor_parallel = 8}, r1());
    std::map<std::uint32_t, std::uint64_t> bytes_of_layer;
    std::uint64_t ends = 0;
    std::set<std::pair<std::uint32_t, std::uint64_t>> seen;
    for (std::size_t i = 0; i < 8; ++i) {
        for (const Slice& slice : plan.slices(i)) {
            if (!seen.insert({slice.file, slice.offset_bytes}).second) continue;
            const TensorList& tensors = r1().files[slice.file].tensors;
            const TensorEntry& entry = tensors.entries()[slice.tensor];
            (tensors.kinds()[entry.kind].number_count > 0 ? bytes_of_layer[entry.numbers[0]] : ends) += slice.bytes();
        }
    }
    CHECK(bytes_of_layer.size() == 61);
    for (const auto& [layer, bytes] : bytes_of_layer) CHECK(bytes == (layer < 3 ? 583'642'336 : 11'511'947'488));
    CHECK(ends == 2 * (2ull * 129'280 * 7'168) + 2 * 7'168);
}

TEST_CASE("whatever the sizes, the ranks of a replica read every byte once", "[shard]") {
    std::mt19937 random(20250120);
    const auto one_of = [&](auto... values) {
        const std::array choices{values...};
        return choices[random() % choices.size()];
    };
    for (int round = 0; round < 60; ++round) {
        const Checkpoint checkpoint = mixture(2 + static_cast<int>(random() % 8));
        const GroupSizes sizes{.tensor_parallel = one_of(1, 2, 4),
                               .pipeline_parallel = one_of(1, 2),
                               .data_parallel = one_of(1, 2, 3),
                               .is_expert_parallel = one_of(false, true)};
        CAPTURE(sizes.tensor_parallel, sizes.pipeline_parallel, sizes.data_parallel, sizes.is_expert_parallel);
        const ShardPlan plan = sharded(sizes, checkpoint);
        std::vector<std::vector<std::uint32_t>> readers;
        for (const ShardFile& file : checkpoint.files) readers.emplace_back(file.size_bytes, 0);
        std::uint64_t copies = 0;
        for (std::size_t i = 0; i < plan.ranks.size(); ++i) {
            std::uint64_t bytes = 0;
            for (const Slice& slice : plan.slices(i)) {
                bytes += slice.bytes();
                copies += slice.bytes();
                for (std::uint64_t row = 0; row < slice.rows; ++row) {
                    for (std::uint64_t byte = 0; byte < slice.run_bytes; ++byte) {
                        readers[slice.file][slice.offset_bytes + row * slice.stride_bytes + byte] += 1;
                    }
                }
            }
            REQUIRE(bytes == plan.ranks[i].bytes);
        }
        // Each byte is read by as many ranks as its slices say.
        for (std::size_t i = 0; i < plan.ranks.size(); ++i) {
            for (const Slice& slice : plan.slices(i)) {
                if (slice.rows > 0) REQUIRE(readers[slice.file][slice.offset_bytes] == slice.replicas);
            }
        }
        std::uint64_t counted = 0;
        for (std::size_t f = 0; f < checkpoint.files.size(); ++f) {
            const auto begin = readers[f].begin() + static_cast<std::ptrdiff_t>(checkpoint.files[f].header_bytes);
            REQUIRE(std::find(begin, readers[f].end(), 0u) == readers[f].end());
            for (const std::uint32_t count : readers[f]) counted += count;
        }
        REQUIRE(counted == copies);

        // What plan_layouts() weighs is what plan_shards() reads.
        const detail::WeightTable table(checkpoint.config,
                                        detail::placed_tensors(checkpoint, detail::Loader({}, Knowledge::embedded())));
        const detail::WeightBytes weights(table,
                                          {sizes.tensor_parallel, sizes.data_parallel, sizes.is_expert_parallel});
        const std::vector<RankPosition> positions = positions_of(sizes, checkpoint.config.layers);
        for (std::size_t i = 0; i < positions.size(); ++i) {
            const auto last = static_cast<std::uint32_t>(sizes.pipeline_parallel - 1);
            REQUIRE(weights.of(positions[i].group_rank, positions[i].first_layer, positions[i].layer_count,
                               positions[i].stage == 0, positions[i].stage == last) == plan.ranks[i].bytes);
        }
    }
}

TEST_CASE("a plan that is not whole says so instead of being walked", "[shard]") {
    ShardPlan plan = sharded({.tensor_parallel = 2}, mixture(2));
    CHECK(message_of([&] { plan.slices(2); }) == "looking for the slices of rank 2: the plan has 2 ranks");
    plan.patterns.clear();
    CHECK_THAT(
        message_of([&] { plan.slices(0).begin(); }),
        StartsWith("walking the slices of rank 0 of a group: tensor 0 of file 0 has pattern 0, which is not in"));
    plan.ranks[1].stage = 3;
    CHECK(message_of([&] { plan.slices(1); }) ==
          "looking for the slices of rank 1: it is of stage 3, and the plan has 1 stages");
}
