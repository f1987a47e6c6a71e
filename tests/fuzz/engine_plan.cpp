// SPDX-License-Identifier: Apache-2.0
// Input: what the program that asks an engine has printed, about two ranks and the two tensors below.
#include "r1cluster/shard/engine_plan.hpp"

#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::fuzz {
namespace {

Checkpoint two_tensors() {
    ShardText shard;
    shard.name = "model.safetensors";
    shard.header.text =
        R"({"a":{"dtype":"BF16","shape":[4,6],"data_offsets":[0,48]},"b":{"dtype":"BF16","shape":[8],"data_offsets":[48,64]}})";
    shard.declared_header_bytes = shard.header.text->size();
    shard.size_bytes = 8 + shard.declared_header_bytes + 64;
    return parse_checkpoint({"/model",
                             R"({"architectures":["StrangeForCausalLM"],"model_type":"strange","hidden_size":8,)"
                             R"("intermediate_size":16,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100,)"
                             R"("max_position_embeddings":64})",
                             "",
                             {shard}});
}

}  // namespace

void engine_plan(std::string_view bytes) {
    static const Checkpoint checkpoint = two_tensors();
    static const Layout layout = place_ranks({.hosts = {{.name = "x"}, {.name = "y"}}}, 2, 1);
    const auto plan = accepted([&] { return parse_engine_plan(bytes, layout, checkpoint, "answer"); });
    if (!plan) return;
    for (const EngineRank& rank : plan->ranks) {
        for (const Slice& slice : rank.slices) {
            const Tensor tensor = tensor_of(checkpoint, slice);
            const std::uint64_t end = slice.offset_bytes + (slice.rows - 1) * slice.stride_bytes + slice.run_bytes;
            expect(slice.rows > 0 && slice.offset_bytes >= tensor.offset_bytes &&
                       end <= tensor.offset_bytes + tensor.size_bytes,
                   "a slice lies inside its tensor");
        }
        expect(rank.read_bytes <= checkpoint.tensor_bytes(), "no byte counts twice");
    }
    for (const HostShards& host : plan->hosts) {
        expect(host.bytes <= checkpoint.tensor_bytes(), "nor on a host");
    }
    expect(!show(*plan).empty(), "an answer can be shown");
    if (plan->refusal.empty()) expect(apply_engine_plan(layout, *plan).ranks.size() == 2, "an answer is of both ranks");
    expect(from_json<EnginePlan>(to_json(*plan)) == *plan, "an accepted answer survives its JSON form");
}

}  // namespace r1cluster::fuzz
