// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/speed/speed.hpp"
#include "speed/shapes.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

/// The first runbook: R1 on two hosts of eight H100 with InfiniBand, vLLM 0.7.1, TP8 x PP2.
struct Runbook {
    Cluster cluster;
    DeploymentSpec spec;
    Checkpoint checkpoint;
    Layout layout;
};

Runbook runbook() {
    Runbook result;
    for (const char* host : {"a", "b"}) {
        Machine machine = gpu_machine(host, 8, 80 * gib);
        HcaPort port;
        port.state = HcaPortState::active;
        port.link_layer = LinkLayer::infiniband;
        port.rate_gbps = 400;
        for (Gpu& gpu : machine.gpus) {
            gpu.name = "NVIDIA H100 80GB HBM3";
            machine.hcas.push_back({.name = "mlx5_" + std::to_string(gpu.nvml_index), .ports = {port}});
        }
        result.cluster.machines.push_back(machine);
    }
    result.spec = spec_for(result.cluster);
    result.spec.engine.version = "0.7.1";
    result.spec.engine.max_batched_tokens = 32768;
    result.spec.serve.max_model_len = 32768;
    result.checkpoint.config = r1_shape();
    Layout& layout = result.layout;
    layout.engine = choose_engine(result.spec, result.cluster, result.checkpoint.config);
    layout.tensor_parallel = 8;
    layout.pipeline_parallel = 2;
    layout.layers_per_stage = {31, 30};
    for (int rank = 0; rank < 16; ++rank) {
        RankPlacement placement;
        placement.rank = rank;
        placement.tensor_rank = rank % 8;
        placement.gpu = rank % 8;
        placement.pipeline_rank = rank / 8;
        placement.host = rank < 8 ? "a" : "b";
        placement.layer_count = rank < 8 ? 31 : 30;
        placement.weight_bytes = 42 * gib;
        layout.ranks.push_back(placement);
    }
    layout.kv_tokens = WholeInterval{560'000, 587'000, 666'000};
    return result;
}

std::vector<SlownessCause> causes(const Runbook& book, const Workload& workload, double observed) {
    return explain_slowness(book.spec, book.cluster, book.checkpoint, book.layout, workload, observed);
}

const SlownessCause* find_cause(const std::vector<SlownessCause>& causes, const std::string& start) {
    const auto found = std::find_if(causes.begin(), causes.end(),
                                    [&](const SlownessCause& cause) { return cause.name.rfind(start, 0) == 0; });
    return found == causes.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("less than one token per second with long prompts is Ethernet of 1 Gb/s first of all", "[speed]") {
    const auto found = causes(runbook(), {16, 32000, 256}, 0.9);
    CHECK(found.front().name == "everything between hosts over 1 Gb/s Ethernet (TCP)");
    CHECK(found.front().fit > 0.5);
    CHECK_THAT(found.front().because,
               StartsWith("a prompt of 32,000 tokens is 918 MB for each hop between stages, 8 s"));
    CHECK_THAT(found.front().how_to_tell, ContainsSubstring("via NET/Socket"));
    const SlownessCause* nothing = find_cause(found, "nothing");
    REQUIRE(nothing);
    CHECK(nothing->fit < found.front().fit);
}

TEST_CASE("20 tokens per second with a short prompt need no other cause than the engine", "[speed]") {
    const auto found = causes(runbook(), {1, 128, 512}, 24);
    const SlownessCause* nothing = find_cause(found, "nothing");
    REQUIRE(nothing);
    CHECK(nothing->fit > 0.5);
    CHECK(find_cause(found, "no CUDA graphs")->fit < nothing->fit);
}

TEST_CASE("causes are ranked by fit, each with a measurement that would tell", "[speed]") {
    const auto found = causes(runbook(), {32, 32000, 256}, 0.5);
    CHECK(std::is_sorted(found.begin(), found.end(),
                         [](const SlownessCause& a, const SlownessCause& b) { return a.fit > b.fit; }));
    for (const SlownessCause& cause : found) {
        CHECK(cause.fit >= 0);
        CHECK(cause.fit <= 1);
        CHECK_FALSE(cause.how_to_tell.empty());
        CHECK(cause.tpot_ms.low <= cause.tpot_ms.high);
    }
    // 32 x 32,256 tokens do not go into 587,000.
    const SlownessCause* full = find_cause(found, "the KV cache is full");
    REQUIRE(full);
    CHECK_THAT(full->because, StartsWith("32 requests want 1,032,192 tokens of cache, and there are 587,000"));
    CHECK_THAT(find_cause(found, "prompts stop")->because, ContainsSubstring("forces chunked prefill off"));
}

TEST_CASE("a cache that holds all requests is no cause", "[speed]") {
    CHECK(find_cause(causes(runbook(), {8, 1000, 256}, 5), "the KV cache is full") == nullptr);
}

TEST_CASE("one host has no cause between hosts", "[speed]") {
    Runbook book = runbook();
    book.cluster.machines.pop_back();
    book.spec.hosts.pop_back();
    book.layout.pipeline_parallel = 1;
    book.layout.ranks.resize(8);
    for (RankPlacement& rank : book.layout.ranks) rank.layer_count = 61;
    const auto found = causes(book, {}, 5);
    CHECK(find_cause(found, "everything between hosts") == nullptr);
    CHECK(find_cause(found, "tensor-parallel groups that span") == nullptr);
    CHECK(find_cause(found, "GPUs of a host reach each other over PCIe"));
}

TEST_CASE("a GPU that said its clocks are held down is named", "[speed]") {
    Runbook book = runbook();
    book.cluster.machines[1].gpus[3].throttle_reasons = {"hardware thermal slowdown"};
    CHECK_THAT(find_cause(causes(book, {}, 5), "clocks")->because,
               StartsWith("GPU 3 of \"b\" said hardware thermal slowdown"));
}

TEST_CASE("a rate of nothing cannot be explained", "[speed]") {
    CHECK(message_of([] { causes(runbook(), {}, 0); }) ==
          "explaining a rate: \"observed_tokens_per_s\" is 0, and must be above 0");
}
