// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/plan/plan.hpp"
#include "support/catch.hpp"
#include "support/html.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

double in_gib(std::uint64_t bytes) {
    return std::round(static_cast<double>(bytes) / static_cast<double>(gib) * 100) / 100;
}

/// Weights of the first rank of each stage, in GiB.
std::vector<double> stage_gib(const Layout& layout) {
    std::vector<double> result;
    for (const RankPlacement& rank : layout.ranks) {
        if (rank.tensor_rank == 0) result.push_back(in_gib(rank.weight_bytes));
    }
    return result;
}

Plan plan_r1(const std::vector<int>& layers_per_stage) {
    const Cluster cluster = h100_hosts(2);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.gpu_memory_utilization = 0.95;
    spec.layout.tensor_parallel = 8;
    spec.layout.layers_per_stage = layers_per_stage;
    spec.layout.expert_parallel = false;
    spec.layout.decode_context_parallel = 1;
    return plan_layouts(spec, cluster, r1());
}

Cluster t4_hosts() {
    Cluster cluster;
    for (const char* name : {"a", "b", "c", "d"}) {
        cluster.machines.push_back(gpu_machine(name, 4, std::uint64_t{15360} << 20));
    }
    return cluster;
}

/// Two layers; small enough for any machine.
Checkpoint tiny() {
    return checkpoint_of(llama_tensors(2, 8, 16, 4, 128),
                         R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8,
        "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "vocab_size": 128, "max_position_embeddings": 64})",
                         1'000'000, "/data/tiny");
}

std::vector<std::pair<int, int>> sizes(const Plan& plan) {
    std::vector<std::pair<int, int>> result;
    for (const Layout& layout : plan.layouts) result.emplace_back(layout.tensor_parallel, layout.pipeline_parallel);
    return result;
}

using Sizes = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("the engine spares the last stage when layers do not divide", "[plan]") {
    CHECK(default_partition(61, 1) == std::vector{61});
    CHECK(default_partition(61, 2) == std::vector{31, 30});
    CHECK(default_partition(61, 4) == std::vector{15, 15, 16, 15});
    CHECK(default_partition(80, 4) == std::vector{20, 20, 20, 20});
    CHECK(default_partition(11, 4) == std::vector{3, 3, 3, 2});
    CHECK(default_partition(61, 4, {.version = Version::parse("0.8.0")}) == std::vector{15, 15, 16, 15});
    CHECK(message_of([] { default_partition(3, 4); }) ==
          "dividing 3 layers over 4 pipeline stages: every stage needs a layer");
}

TEST_CASE("before 0.8.0 the engine gives the last stage what is left over", "[plan]") {
    CHECK(default_partition(61, 2, {.version = Version::parse("0.7.3")}) == std::vector{30, 31});
    CHECK(default_partition(61, 4, {.version = Version::parse("0.6.4.post1")}) == std::vector{15, 15, 15, 16});
}

TEST_CASE("R1's weights on each GPU of two hosts, by partition", "[plan]") {
    const auto weights = [](const std::vector<int>& partition) {
        const Plan plan = plan_r1(partition);
        REQUIRE(plan.layouts.size() == 1);
        return stage_gib(plan.layouts.front());
    };
    CHECK(weights({30, 31}) == std::vector{37.06, 42.24});
    CHECK(weights({31, 30}) == std::vector{38.41, 40.88});
    CHECK(weights({32, 29}) == std::vector{39.77, 39.53});
}

TEST_CASE("R1 on two hosts of eight H100: tensor parallel inside, pipeline over hosts", "[plan]") {
    const Cluster cluster = h100_hosts(2);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.gpu_memory_utilization = 0.95;
    const Plan plan = r1cluster::plan_layouts(spec, cluster, r1());
    REQUIRE(!plan.layouts.empty());
    const Layout& best = plan.layouts.front();
    CHECK(best.tensor_parallel == 8);
    CHECK(best.pipeline_parallel == 2);
    CHECK(best.layers_per_stage == std::vector{31, 30});
    CHECK(best.is_engine_default_partition);
    REQUIRE(best.ranks.size() == 16);
    CHECK(best.ranks[7].host == "a");
    CHECK(best.ranks[8].host == "b");
    CHECK(best.ranks[8].gpu == 0);
    CHECK(best.ranks[8].pipeline_rank == 1);
    CHECK(best.ranks[8].tensor_rank == 0);
    CHECK(best.ranks[8].first_layer == 31);
    CHECK(best.ranks[8].kv_bytes_per_token == 30 * 1152);
    // Derived by others for this case: 834,000 to 855,000 tokens with 5.15 GiB for CUDA and NCCL.
    CHECK(best.kv_tokens->likely > 780'000);
    CHECK(best.kv_tokens->likely < 960'000);
    CHECK_THAT(
        best.because,
        StartsWith("best for time per output token; tensor-parallel groups of 8 stay inside a host; pipeline stages "
                   "send one message a step from host to host; rank "));
    CHECK_THAT(best.because, ContainsSubstring("fewest of all (an estimate: "));
    const auto spanning = std::find_if(plan.layouts.begin(), plan.layouts.end(),
                                       [](const Layout& layout) { return layout.tensor_parallel == 16; });
    REQUIRE(spanning != plan.layouts.end());
    CHECK(spanning + 1 == plan.layouts.end());
    CHECK_THAT(spanning->because,
               ContainsSubstring("tensor-parallel groups of 16 span hosts: two all-reduces a layer go "
                                 "over the network"));
}

TEST_CASE("a partition with more room comes before the engine's own, with its gain", "[plan]") {
    const Cluster cluster = h100_hosts(2);
    DeploymentSpec spec = spec_for(cluster);
    spec.layout.tensor_parallel = 8;
    // 55.75 GiB a GPU: the last stage, which has head and sampler besides, is the tighter one.
    spec.engine.gpu_memory_utilization = 0.7;
    spec.layout.decode_context_parallel = 1;
    spec.layout.expert_parallel = false;
    const Plan plan = r1cluster::plan_layouts(spec, cluster, r1());
    REQUIRE(plan.layouts.size() == 2);
    CHECK(plan.layouts[1].layers_per_stage == std::vector{31, 30});
    CHECK(plan.layouts[1].limiting_rank == 8);
    CHECK_FALSE(plan.layouts[0].is_engine_default_partition);
    CHECK(plan.layouts[0].layers_per_stage[0] > 31);
    CHECK(plan.layouts[0].kv_tokens->likely > plan.layouts[1].kv_tokens->likely);
    CHECK_THAT(plan.layouts[0].notes.at(0), StartsWith("VLLM_PP_LAYER_PARTITION=32,29 has room for "));
    CHECK_THAT(plan.layouts[0].notes.at(0), ContainsSubstring(" % more than the engine's own 31,30"));
}

TEST_CASE("the weights of all ranks are the checkpoint's, each tensor as often as it is copied", "[plan]") {
    const Plan plan = plan_r1({31, 30});
    REQUIRE(plan.layouts.size() == 1);
    std::uint64_t sum = 0;
    for (const RankPlacement& rank : plan.layouts.front().ranks) sum += rank.weight_bytes;
    // Replicated in each layer: q_a, kv_a (with scales), four norms; in 58 of them the router; and the last norm.
    const std::uint64_t q_a = 1536 * 7168 + 4 * 12 * 56, kv_a = 576 * 7168 + 4 * 5 * 56;
    const std::uint64_t norms = 2 * (1536 + 512) + 2 * 2 * 7168, router = 2 * 256 * 7168 + 4 * 256;
    CHECK(sum == 673'150'611'808 + 7 * (61 * (q_a + kv_a + norms) + 58 * router + 2 * 7168));
}

TEST_CASE("R1 does not fit eight GPUs of 80 GB, and the plan says by how much", "[plan]") {
    const Cluster cluster = h100_hosts(1);
    DeploymentSpec spec = spec_for(cluster);
    spec.layout.tensor_parallel = 8;
    const Plan plan = r1cluster::plan_layouts(spec, cluster, r1());
    CHECK(plan.layouts.empty());
    REQUIRE(plan.rejected.size() == 1);
    CHECK_THAT(plan.rejected[0].because, StartsWith("does not fit: rank 0 on \"a\" GPU 0: 79.29 GiB of weights, "));
    CHECK_THAT(plan.rejected[0].because,
               ContainsSubstring(" do not go into 71.68 GiB, which is gpu_memory_utilization 0.9 of 79.65 GiB"));
}

TEST_CASE("Llama 70B on four hosts of four T4, as asked", "[plan]") {
    const Cluster cluster = t4_hosts();
    DeploymentSpec spec = spec_for(cluster);
    spec.layout.tensor_parallel = 4;
    spec.layout.pipeline_parallel = 4;
    spec.serve.max_model_len = 32768;
    const Plan plan = r1cluster::plan_layouts(spec, cluster, llama_70b());
    REQUIRE(!plan.layouts.empty());
    const Layout& layout = plan.layouts.front();
    CHECK(stage_gib(layout) == std::vector{8.46, 7.97, 7.97, 8.46});
    for (const RankPlacement& rank : layout.ranks) CHECK(rank.kv_bytes_per_token == 20'480);
    CHECK(layout.ranks[15].host == "d");
    CHECK(layout.kv_tokens->likely > 32768);
}

TEST_CASE("tensor parallel sizes that R1 does not allow are rejected in the engine's terms", "[plan]") {
    const Cluster cluster = h100_hosts(4);
    DeploymentSpec spec = spec_for(cluster);
    spec.layout.tensor_parallel = 32;
    Plan plan = r1cluster::plan_layouts(spec, cluster, r1());
    CHECK(plan.layouts.empty());
    REQUIRE(plan.rejected.size() == 1);
    CHECK_THAT(plan.rejected[0].because,
               ContainsSubstring("The output_size of gate's and up's weight = 64 is not divisible "
                                 "by weight quantization block_n = 128"));
    spec.layout.tensor_parallel = 3;
    spec.layout.pipeline_parallel = 4;
    plan = r1cluster::plan_layouts(spec, cluster, r1());
    REQUIRE(plan.rejected.size() == 1);
    CHECK_THAT(plan.rejected[0].because, ContainsSubstring("Total number of attention heads (128) must be divisible by "
                                                           "tensor parallel size (3)"));
    spec.layout.pipeline_parallel.reset();
    plan = r1cluster::plan_layouts(spec, cluster, r1());
    REQUIRE(plan.rejected.size() == 1);
    CHECK_THAT(plan.rejected[0].because,
               StartsWith("Total number of attention heads (128) must be divisible by tensor parallel size (3)"));
}

TEST_CASE("a partition that is asked for must fit the stages and the layers", "[plan]") {
    const auto rejected = [](const std::vector<int>& partition) {
        const Cluster cluster = h100_hosts(2);
        DeploymentSpec spec = spec_for(cluster);
        spec.layout = {8, 2, partition};
        const Plan plan = r1cluster::plan_layouts(spec, cluster, r1());
        return plan.rejected.empty() ? "" : plan.rejected.front().because;
    };
    CHECK(rejected({20, 20, 21}) == "len(partitions)=3 does not match pp_size=2");
    CHECK(rejected({30, 30}) == "sum(partitions)=60 does not match num_hidden_layers=61");
    CHECK(rejected({61, 0}) == "layers_per_stage 61,0 leaves a stage without a layer");
}

TEST_CASE("hosts without a GPU: one rank each, memory counted by host", "[plan]") {
    const Cluster cluster{{cpu_machine("a", 8 * gib), cpu_machine("b", 8 * gib)}, {}};
    const DeploymentSpec spec = spec_for(cluster);
    const Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(sizes(plan) == Sizes{{1, 2}, {2, 1}});
    const Layout& layout = plan.layouts.front();
    CHECK(layout.ranks[1].host == "b");
    CHECK_FALSE(layout.ranks[1].gpu);
    CHECK(layout.ranks[0].memory_bytes == 8 * gib);
    CHECK(layout.ranks[0].kv_bytes_per_token == 2 * 2 * 2 * 2);  // keys and values, heads, head_dim, bytes
    CHECK(layout.kv_tokens->likely == static_cast<std::int64_t>(gib / 16));
    CHECK_THAT(layout.because, StartsWith("no tensor parallelism: each rank has whole layers; pipeline stages send one "
                                          "message a step from host to host; rank 0 on \"a\" has room for 67,108,864 "
                                          "tokens"));
}

TEST_CASE("a single host without a GPU runs as many ranks as are asked for", "[plan]") {
    const Cluster cluster{{cpu_machine("a", 32 * gib)}, {}};
    DeploymentSpec spec = spec_for(cluster);
    CHECK(sizes(plan_layouts(spec, cluster, tiny())) == Sizes{{1, 1}});
    spec.layout.tensor_parallel = 2;
    spec.layout.pipeline_parallel = 2;
    CHECK(sizes(plan_layouts(spec, cluster, tiny())) == Sizes{{2, 2}});
}

TEST_CASE("CPU memory that is too small, or was not seen", "[plan]") {
    Cluster cluster{{cpu_machine("a", 8 * gib), cpu_machine("b", 3 * gib)}, {}};
    const DeploymentSpec spec = spec_for(cluster);
    Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(plan.layouts.empty());
    REQUIRE(plan.rejected.size() == 1);
    CHECK(plan.rejected[0].count == 2);
    CHECK(plan.rejected[0].sizes == "TP 1 x PP 2 and TP 2 x PP 1");
    CHECK(plan.rejected[0].because ==
          "does not fit: \"b\" has 3.00 GiB of memory available; 3.17 KiB of weights, 1.00 GiB of KV cache and 2.05 "
          "GiB for "
          "the engine's processes make 3.05 GiB");
    cluster.machines[1].memory_available_bytes.reset();
    cluster.machines[1].gaps.push_back({"memory", "memory", "/proc/meminfo: Permission denied", ""});
    plan = r1cluster::plan_layouts(spec, cluster, tiny());
    REQUIRE(plan.layouts.size() == 2);
    CHECK_FALSE(plan.layouts[0].ranks[1].memory_bytes);
    CHECK(plan.layouts[0].notes ==
          std::vector<std::string>{
              "whether it fits in the memory of \"b\" is unknown: /proc/meminfo: Permission denied"});
}

TEST_CASE("a fixed cache smaller than one request is rejected", "[plan]") {
    const Cluster cluster{{cpu_machine("a", 32 * gib)}, {}};
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.kv_cache_bytes = 1000;
    const Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    REQUIRE(plan.rejected.size() == 1);
    CHECK(plan.rejected[0].because ==
          "1000 B of KV cache hold 16 tokens on rank 0, fewer than one request of max_model_len 64, and the engine "
          "refuses "
          "to start; lower [serve] max_model_len or raise [engine] kv_cache_bytes");
}

TEST_CASE("hosts that cannot serve together are rejected with the reason", "[plan]") {
    const auto because = [](const Cluster& cluster) {
        const Plan plan = r1cluster::plan_layouts(spec_for(cluster), cluster, tiny());
        REQUIRE(plan.layouts.empty());
        REQUIRE(plan.rejected.size() == 1);
        CHECK(plan.rejected[0].tensor_parallel == 0);
        return plan.rejected[0].because;
    };
    CHECK(because({{gpu_machine("a", 8, 80 * gib), cpu_machine("b", 8 * gib)}, {}}) ==
          "no GPU was seen on \"b\", but on \"a\": one engine runs on GPUs or on CPUs, not on both");
    Machine lost;
    lost.host = "b";
    lost.unreachable_because = "Connection refused";
    CHECK(because({{gpu_machine("a", 8, 80 * gib), lost}, {}}) ==
          "\"b\" was not reached (Connection refused): it counts with no device");
    CHECK(because({{gpu_machine("a", 8, 0)}, {}}) ==
          "the memory of GPU 0 of \"a\" was not seen, so what fits cannot be told");
    DeploymentSpec spec = spec_for(h100_hosts(2));
    CHECK(plan_layouts(spec, h100_hosts(1), tiny()).rejected.at(0).because ==
          "nothing was read from \"b\", which counts with no device; read were: a");
}

TEST_CASE("the GPUs of the spec are the ones used", "[plan]") {
    const Cluster cluster = h100_hosts(1);
    DeploymentSpec spec = spec_for(cluster);
    spec.hosts[0].gpus = {4, 6};
    Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(sizes(plan) == Sizes{{1, 2}, {2, 1}});
    CHECK(plan.layouts[0].ranks[1].gpu == 6);
    spec.hosts[0].gpus = {4, 9};
    plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(plan.rejected.at(0).because == "the spec wants GPU 9 of \"a\", which has 0, 1, 2, 3, 4, 5, 6, 7");
}

TEST_CASE("hosts with unlike numbers of GPUs use as many of each", "[plan]") {
    const Cluster cluster{{gpu_machine("a", 2, 16 * gib), gpu_machine("b", 1, 16 * gib)}, {}};
    DeploymentSpec spec = spec_for(cluster);
    Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(sizes(plan) == Sizes{{1, 2}, {2, 1}});
    CHECK(plan.layouts[0].notes.front() ==
          "1 GPU of \"a\" stay unused, because every host must have as many ranks as \"b\"");
    spec.layout.tensor_parallel = 1;
    spec.layout.pipeline_parallel = 1;
    plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(plan.rejected.at(0).because ==
          "1 rank cannot be shared equally by 2 hosts; leave a host out of the spec or change the sizes");
    spec.layout.tensor_parallel = 4;
    plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(plan.rejected.at(0).because == "2 ranks on each host, but there is 1 GPU");
}

TEST_CASE("an unknown architecture is an error, not a plan", "[plan]") {
    Checkpoint checkpoint = tiny();
    checkpoint.config.architecture = "Other";
    const Cluster cluster = h100_hosts(1);
    CHECK_THAT(message_of([&] { plan_layouts(spec_for(cluster), cluster, checkpoint); }),
               StartsWith("slicing the architecture \"Other\": not known"));
}

TEST_CASE("a plan shows the chosen layout, the others and the rejected", "[plan]") {
    const Cluster cluster{{cpu_machine("a", 8 * gib), cpu_machine("node-b", 8 * gib)}, {}};
    DeploymentSpec spec = spec_for(cluster);
    const Plan plan = r1cluster::plan_layouts(spec, cluster, tiny());
    CHECK(show(plan) ==
          "TP 1 x PP 2, layers 1,1, on 2 hosts, for latency\n"
          "  KV cache   67,108,864 tokens\n"
          "  a request  64 tokens at most\n"
          "\n"
          "  ranks  host    GPU  layers   weights  of memory   KV tokens\n"
          "      0  a       CPU     0-0  3.16 KiB   8.00 GiB  67,108,864  least\n"
          "      1  node-b  CPU     1-1  3.17 KiB   8.00 GiB  67,108,864\n"
          "\n"
          "also possible      KV tokens    a request  ms/token   tokens/s\n"
          "  TP 2 x PP 1     67,108,864           64\n");
    CHECK_THAT(show(plan, true), ContainsSubstring("\n  because    no tensor parallelism"));
    spec.layout.tensor_parallel = 3;
    CHECK(show(r1cluster::plan_layouts(spec, cluster, tiny())) ==
          "no layout: nothing fits these machines and this model\n"
          "rejected: TP 3: Total number of attention heads (4) must be divisible by tensor parallel size (3) (possible "
          "up "
          "to 64: 1, 2, 4)\n");
    spec.layout.tensor_parallel = 4;
    CHECK(show(r1cluster::plan_layouts(spec, cluster, tiny())) ==
          "no layout: nothing fits these machines and this model\n"
          "rejected: TP 4: 2 CPU ranks are not divisible by tensor parallel size 4\n");
}

TEST_CASE("a layout in a notebook is a table with its reason, escaped", "[plan]") {
    const Cluster cluster{{cpu_machine("a", 8 * gib)}, {}};
    Layout layout = plan_layouts(spec_for(cluster), cluster, tiny()).layouts.at(0);
    layout.because = "<b>";
    CHECK(
        without_alignment(show_html(layout)) ==
        "<table>\n<caption>TP 1 x PP 1, 33,554,432 tokens of KV cache</caption>\n"
        "<tr><th>ranks</th><th>host</th><th>GPU</th><th>layers</th><th>weights</th><th>of memory</th><th>KV tokens</th>"
        "</tr>\n"
        "<tr class=\"least\"><td>0</td><td>a</td><td>CPU</td><td>0-1</td><td>6.33 KiB</td><td>8.00 GiB</td>"
        "<td>33,554,432</td></tr>\n"
        "</table>\n<p>&lt;b&gt;</p>\n");
}
