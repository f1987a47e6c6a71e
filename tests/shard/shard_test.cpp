// SPDX-License-Identifier: Apache-2.0
#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/shard/shard_plan.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

Layout layout_of(const Cluster& cluster, const Checkpoint& checkpoint, int tensor_parallel, int pipeline_parallel) {
    DeploymentSpec spec = spec_for(cluster);
    spec.layout.tensor_parallel = tensor_parallel;
    spec.layout.pipeline_parallel = pipeline_parallel;
    spec.engine.gpu_memory_utilization = 0.95;
    return plan_layouts(spec, cluster, checkpoint).layouts.at(0);
}

Layout with_version(Layout layout, const char* version) {
    layout.engine.version = Version::parse(version);
    return layout;
}

/// Llama with 2 key/value heads and tied embeddings of 100 words.
Checkpoint tied() {
    std::vector<NamedShape> tensors = llama_tensors(3, 8, 16, 4, 100);
    tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {4}});
    tensors.push_back({"surprise", "F32", {1}});
    return checkpoint_of(tensors, R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8,
        "intermediate_size": 16, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "vocab_size": 100, "max_position_embeddings": 64, "tie_word_embeddings": true})",
                         2'000, "/data/tied");
}

}  // namespace

TEST_CASE("each host of R1 needs its stage's bytes and no more", "[shard]") {
    const Layout layout = layout_of(h100_hosts(2), r1(), 8, 2);
    const ShardPlan shards = plan_shards(layout, r1());
    REQUIRE(shards.hosts.size() == 2);
    CHECK(shards.hosts[0].host == "a");
    CHECK(shards.hosts[0].bytes == 325'938'814'752);
    CHECK(shards.hosts[1].bytes == 347'211'797'056);
    std::uint64_t sum = 0;
    for (const FileShare& file : shards.hosts[0].files) {
        CHECK(file.bytes > 0);
        CHECK(file.bytes <= file.file_bytes);
        sum += file.bytes;
    }
    CHECK(sum == shards.hosts[0].bytes);
    for (std::size_t i = 0; i < layout.ranks.size(); ++i) {
        CHECK(shards.ranks[i].rank == layout.ranks[i].rank);
        CHECK(shards.ranks[i].bytes == layout.ranks[i].weight_bytes);
    }
}

TEST_CASE("hosts read the bytes of the engine that the layout was made for, whatever its version and drafts",
          "[shard]") {
    const auto check_against_ranks = [](const std::string& version, int speculative_tokens) {
        DeploymentSpec spec = spec_for(h100_hosts(2));
        spec.engine.version = version;
        spec.engine.speculative_tokens = speculative_tokens;
        spec.layout.tensor_parallel = 8;
        spec.layout.pipeline_parallel = 2;
        const Layout layout = plan_layouts(spec, h100_hosts(2), r1()).layouts.at(0);
        const ShardPlan shards = plan_shards(layout, r1());
        CAPTURE(version, speculative_tokens);
        for (std::size_t i = 0; i < layout.ranks.size(); ++i) {
            CHECK(shards.ranks[i].bytes == layout.ranks[i].weight_bytes);
        }
        return shards.hosts.at(1).bytes;
    };
    const std::uint64_t without_drafts = check_against_ranks("0.25.1", 0);
    CHECK(check_against_ranks("0.7.1", 0) > 0);
    CHECK(check_against_ranks("0.25.1", 1) > without_drafts);  // the last stage reads the next-token layer too
}

TEST_CASE("the slices of a rank add up to its weights, in the order of the files", "[shard]") {
    const Cluster cluster{{gpu_machine("a", 4, 16 * gib)}, {}};
    const Checkpoint checkpoint = tied();
    const Layout layout = layout_of(cluster, checkpoint, 2, 2);
    const ShardPlan shards = plan_shards(layout, checkpoint);
    for (std::size_t i = 0; i < shards.ranks.size(); ++i) {
        std::uint64_t sum = 0;
        std::optional<Slice> previous;
        std::size_t count = 0;
        for (const Slice& slice : shards.slices(i)) {
            ++count;
            sum += slice.bytes();
            if (previous)
                CHECK(std::tie(previous->file, previous->offset_bytes) < std::tie(slice.file, slice.offset_bytes));
            previous = slice;
        }
        CHECK(count == shards.slices(i).size());
        CHECK(sum == shards.ranks[i].bytes);
        CHECK(sum == layout.ranks[i].weight_bytes);
    }
}

TEST_CASE("tied embeddings go to both ends, rotary caches to none, the unknown to all", "[shard]") {
    const Cluster cluster{{cpu_machine("a", 64 * gib)}, {}};
    const Checkpoint checkpoint = tied();
    const Layout layout = layout_of(cluster, checkpoint, 1, 3);
    const auto holders = [&](const char* engine) {
        std::vector<std::string> held_by;
        const ShardPlan shards = plan_shards(with_version(layout, engine), checkpoint);
        for (std::size_t i = 0; i < shards.ranks.size(); ++i) {
            std::string held;
            for (const Slice& slice : shards.slices(i)) {
                const std::string tensor = tensor_of(checkpoint, slice).name;
                if (tensor == "model.embed_tokens.weight") held += "embedding ";
                if (tensor == "lm_head.weight") held += "head ";
                if (tensor.ends_with("inv_freq")) held += "skipped ";
                if (tensor == "model.norm.weight") held += "norm ";
                if (tensor == "surprise") held += "surprise ";
            }
            held_by.push_back(held);
        }
        return held_by;
    };
    CHECK(holders("0.28.1") ==
          std::vector<std::string>{"embedding surprise ", "surprise ", "embedding norm surprise "});
    // From 0.29 on, a head that is there although it is said to be tied is read, and the embedding is not.
    CHECK(holders("0.29.0") == std::vector<std::string>{"embedding surprise ", "surprise ", "norm head surprise "});
}

TEST_CASE("each stage of R1 reads the head with vLLM before 0.8", "[shard]") {
    const Layout layout = layout_of(h100_hosts(2), r1(), 8, 2);
    const std::uint64_t head_bytes = 2ull * 129'280 * 7'168;
    const auto first_host = [&](const char* engine) {
        return plan_shards(with_version(layout, engine), r1()).hosts[0];
    };
    CHECK(first_host("0.8.0").bytes == 325'938'814'752);
    CHECK(first_host("0.7.3").bytes == 325'938'814'752 + head_bytes);
}

TEST_CASE("a host counts bytes that two of its ranks share once", "[shard]") {
    const Checkpoint checkpoint = tied();
    const Cluster one{{gpu_machine("a", 4, 16 * gib)}, {}};
    const ShardPlan together =
        plan_shards(layout_of(one, checkpoint, 4, 1), checkpoint);  // 2 key/value heads for 4 ranks
    std::uint64_t skipped = 16;                                     // the rotary cache
    CHECK(together.hosts.at(0).bytes == checkpoint.tensor_bytes() - skipped);

    const Cluster two{{gpu_machine("a", 2, 16 * gib), gpu_machine("b", 2, 16 * gib)}, {}};
    const ShardPlan apart = plan_shards(layout_of(two, checkpoint, 4, 1), checkpoint);
    CHECK(apart.hosts.at(0).bytes < together.hosts.at(0).bytes);
    CHECK(apart.hosts.at(0).bytes + apart.hosts.at(1).bytes > together.hosts.at(0).bytes);  // norms on both
}

TEST_CASE("layers that do not divide go to the stages before the last, and to the last before vLLM 0.8.0", "[shard]") {
    const auto partition = [](const char* engine, int stages) {
        return default_partition(61, stages, {.version = Version::parse(engine)});
    };
    CHECK(partition("0.7.3", 2) == std::vector<int>{30, 31});
    CHECK(partition("0.7.3", 4) == std::vector<int>{15, 15, 15, 16});
    CHECK(partition("0.8.0", 2) == std::vector<int>{31, 30});
    CHECK(partition("0.8.0", 4) == std::vector<int>{15, 15, 16, 15});
    CHECK(default_partition(61, 4) == std::vector<int>{15, 15, 16, 15});
}
