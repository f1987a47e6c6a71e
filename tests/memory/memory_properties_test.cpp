// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/registry/registry.hpp"
#include "memory/memory_cases.hpp"
#include "memory/memory_model.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;
using detail::EngineOptions;
using detail::LayoutSizes;
using detail::StageLoad;

namespace {

EngineOptions options_of(const Case& made) {
    return detail::choose_options(made.spec, made.cluster, made.checkpoint.config,
                                  detail::devices_of(made.spec, made.cluster), Knowledge::embedded());
}

LayoutSizes sizes(int tensor_parallel, int pipeline_parallel, int decode_context_parallel = 1) {
    LayoutSizes result;
    result.tensor_parallel = tensor_parallel;
    result.pipeline_parallel = pipeline_parallel;
    result.decode_context_parallel = decode_context_parallel;
    return result;
}

DeploymentSpec r1_spec(const std::string& version, std::vector<std::string> arguments = {}) {
    DeploymentSpec spec = spec_for(h100_hosts(1));
    spec.engine.version = version;
    spec.engine.extra_arguments = std::move(arguments);
    return spec;
}

EngineOptions options_of(const DeploymentSpec& spec, const ModelConfig& config) {
    const Cluster cluster = h100_hosts(1);
    return detail::choose_options(spec, cluster, config, detail::devices_of(spec, cluster), Knowledge::embedded());
}

std::uint64_t r1_token_bytes(const std::string& version, LayoutSizes of, std::vector<std::string> arguments = {}) {
    const EngineOptions options = options_of(r1_spec(version, std::move(arguments)), r1().config);
    return detail::kv_bytes_per_token(options, r1().config, 61, of);
}

}  // namespace

TEST_CASE("bytes of a token of R1, by version and cache", "[memory][memory]") {
    CHECK(r1_token_bytes("0.7.1", sizes(8, 1)) == 70'272);
    CHECK(r1_token_bytes("0.7.1", sizes(16, 1)) == 70'272);  // not divided by TP
    CHECK(r1_token_bytes("0.7.2", sizes(8, 1)) == 78'080);   // 576 padded to 640
    CHECK(r1_token_bytes("0.25.1", sizes(8, 1)) == 70'272);
    CHECK(r1_token_bytes("0.25.1", sizes(8, 1), {"--kv-cache-dtype", "fp8"}) == 35'136);
    CHECK(r1_token_bytes("0.25.1", sizes(8, 1, 8)) == 8'784);  // dealt among 8 ranks
    CHECK(r1_token_bytes("0.6.6", sizes(8, 1)) == 999'424);    // heads of 256
    CHECK(r1_token_bytes("0.7.0", sizes(8, 1)) == 749'568);    // heads of 192
    DeploymentSpec off = r1_spec("0.7.1");
    off.env["VLLM_MLA_DISABLE"] = "1";
    CHECK(detail::kv_bytes_per_token(options_of(off, r1().config), r1().config, 61, sizes(8, 1)) == 749'568);
}

TEST_CASE("bytes of a token of 70B stop shrinking where each rank has one head", "[memory][memory]") {
    const EngineOptions options = options_of(r1_spec("0.25.1"), llama_70b().config);
    const auto bytes = [&](int tensor_parallel, std::int64_t layers) {
        return detail::kv_bytes_per_token(options, llama_70b().config, layers, sizes(tensor_parallel, 1));
    };
    CHECK(bytes(4, 80) == 81'920);
    CHECK(bytes(8, 80) == 40'960);
    CHECK(bytes(16, 80) == 40'960);
    CHECK(bytes(4, 20) == 20'480);
}

TEST_CASE("defaults of batch and sequences, by version, GPU and flags", "[memory][memory]") {
    const auto pair = [](const EngineOptions& options) {
        return std::pair{options.max_batched_tokens, options.max_sequences};
    };
    using Pair = std::pair<std::int64_t, std::int64_t>;
    const ModelConfig& config = r1().config;
    CHECK(pair(options_of(r1_spec("0.25.1"), config)) == Pair{8192, 1024});
    CHECK(pair(options_of(llama_70b_on_t4())) == Pair{512, 256});  // chunked, for 131,072 tokens are many
    CHECK(pair(options_of(r1_spec("0.25.1", {"--max-num-seqs", "64", "--max_num_batched_tokens=4K"}), config)) ==
          Pair{4096, 64});
    CHECK(pair(options_of(r1_spec("0.6.6", {"--max-model-len=4096"}), config)) == Pair{4096, 256});
    CHECK(pair(options_of(r1_spec("0.8.5"), config)) == Pair{8192, 1024});
    DeploymentSpec keyed = r1_spec("0.25.1", {"--max-num-seqs", "many"});
    keyed.engine.max_sequences = 7;
    CHECK(options_of(keyed, config).max_sequences == 7);  // no number: the engine will say so
}

TEST_CASE("flags count over keys, and the last of them", "[memory][memory]") {
    DeploymentSpec spec = r1_spec("0.25.1", {"--enforce-eager", "--no-enforce-eager", "--dtype=float16", "--dtype",
                                             "half", "--gpu-memory-utilization", "0.5", "--block-size=32"});
    spec.engine.is_eager = true;
    spec.engine.gpu_memory_utilization = 0.8;
    const EngineOptions options = options_of(spec, r1().config);
    CHECK_FALSE(options.is_eager);
    CHECK(options.dtype == "float16");
    CHECK(options.gpu_memory_utilization == 0.5);
    CHECK(options.block_size == 32);
}

TEST_CASE("the runner decides where graphs go", "[memory][memory]") {
    const auto in_budget = [](const std::string& version, const ModelConfig& config) {
        return options_of(r1_spec(version), config).are_graphs_in_budget;
    };
    CHECK_FALSE(in_budget("0.18.0", r1().config));
    CHECK(in_budget("0.21.0", r1().config));
    CHECK(in_budget("0.25.1", r1().config));
    CHECK_FALSE(in_budget("0.25.1", llama_70b().config));
    CHECK(in_budget("0.32.0", llama_70b().config));
}

TEST_CASE("more layers, batch or sequences never take less", "[memory][memory]") {
    const ModelConfig& config = r1().config;
    for (const char* version : {"0.6.4", "0.7.1", "0.8.5", "0.9.2", "0.15.0", "0.25.1", "0.32.0"}) {
        const auto left = [&](std::int64_t layers, const std::string& tokens, const std::string& sequences) {
            const EngineOptions options =
                options_of(r1_spec(version, {"--max-num-batched-tokens", tokens, "--max-num-seqs", sequences}), config);
            const LayoutSizes of = sizes(8, 2);
            const StageLoad stage{1, false, true, layers, static_cast<std::uint64_t>(layers) << 30, 0};
            const detail::Device device{0, std::uint64_t{80} << 30, "", "9.0", std::nullopt};
            const auto terms = memory_terms(options, config, of, stage, device);
            for (const MemoryTerm& term : terms) {
                CAPTURE(version, term.name);
                CHECK(term.bytes.low <= term.bytes.likely);
                CHECK(term.bytes.likely <= term.bytes.high);
                CHECK(term.bytes.low >= 0);
                CHECK_FALSE(term.because.empty());
            }
            return kv_cache_left(options, terms, device.memory_bytes).likely;
        };
        CAPTURE(version);
        CHECK(left(31, "8192", "256") < left(30, "8192", "256"));
        CHECK(left(30, "16384", "256") < left(30, "8192", "256"));
        CHECK(left(30, "8192", "1024") <= left(30, "8192", "256"));
    }
}

TEST_CASE("absurd flags do not overflow", "[memory][memory]") {
    const EngineOptions options =
        options_of(r1_spec("0.6.4", {"--max-num-batched-tokens", "9223372036854775807",
                                     "--max-num-seqs=9223372036854775807", "--swap-space=1e300", "--block-size",
                                     "9223372036854775807", "--max-model-len=9223372036854775807"}),
                   r1().config);
    CHECK(options.max_batched_tokens == 1 << 24);
    CHECK(options.max_sequences == 1 << 20);
    CHECK(options.swap_space_bytes == std::int64_t{1} << 50);
}

TEST_CASE("a host reads each byte once, and V0 pins its swap space", "[memory][memory]") {
    const MemoryForecast forecast = llama_70b_on_t4().forecast();
    REQUIRE(forecast.hosts.size() == 4);
    // 20 layers of four whole stages; embedding on the first, norm and head on the last
    const std::uint64_t layer = 2 * (80 * 128 * 8192 + 8192 * 8192 + 3 * std::uint64_t{28672} * 8192 + 2 * 8192);
    const std::uint64_t table = std::uint64_t{2} * 128256 * 8192;
    CHECK(forecast.hosts[0].read_bytes == 20 * layer + table);
    CHECK(forecast.hosts[1].read_bytes == 20 * layer);
    CHECK(forecast.hosts[3].read_bytes == 20 * layer + table + 2 * 8192);
    CHECK(forecast.hosts[1].host_memory_bytes.likely == 4 * (4 + 4) * static_cast<std::int64_t>(gib));
}

TEST_CASE("loading takes as long as the file system of the model lets it", "[memory][memory]") {
    const auto load_of = [](const std::string& type) {
        Case one = llama_70b_on_t4();
        for (Machine& machine : one.cluster.machines) {
            machine.filesystems.push_back({.path = one.checkpoint.path, .type = type});
        }
        return one.forecast().hosts[1];
    };
    // 20 layers of 1.71 GB, 723 tensors in all.
    const HostLoad disk = load_of("xfs"), network = load_of("nfs4"), memory = load_of("tmpfs"), unseen = load_of("?");
    CHECK(std::abs(disk.load_s.likely - (static_cast<double>(disk.read_bytes) / 1.5e9 + 723 * 75e-6)) < 0.1);
    CHECK(network.load_s.likely > disk.load_s.likely);
    CHECK(memory.load_s.high < disk.load_s.likely);
    CHECK(unseen.load_s.high >= network.load_s.high);
    CHECK_THAT(network.because, ContainsSubstring("is on a file system on the network (nfs4)"));
}

TEST_CASE("data-parallel parts add their tokens up, and a request has one part", "[memory][memory]") {
    Case pair = llama_8b_on_h200(2);
    const std::int64_t of_one = llama_8b_on_h200(1).forecast().kv_tokens.likely;
    pair.layout.tensor_parallel = 1;
    pair.layout.data_parallel = 2;
    for (RankPlacement& rank : pair.layout.ranks) {
        rank.data_rank = rank.rank;
        rank.tensor_rank = 0;
        rank.weight_bytes = 16'060'522'496;
    }
    const MemoryForecast forecast = pair.forecast();
    CHECK(forecast.kv_tokens.likely == forecast.ranks[0].kv_tokens.likely + forecast.ranks[1].kv_tokens.likely);
    CHECK(forecast.kv_tokens.likely < 2 * of_one);  // two processes talk
    CHECK(forecast.longest_request_tokens.likely == 8192);
    CHECK(forecast.concurrency.likely == static_cast<double>(forecast.kv_tokens.likely) / 8192);
}

TEST_CASE("a context that was asked for is what concurrency is told for", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.spec.serve.goal = parse_goal("32 users at 4096 tokens");
    const MemoryForecast forecast = eight.forecast();
    CHECK(forecast.context_tokens == 4096);
    CHECK(forecast.concurrency.likely == static_cast<double>(forecast.kv_tokens.likely) / 4096);
}

TEST_CASE("a fixed cache is what it is", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.spec.engine.kv_cache_bytes = std::uint64_t{1} << 30;
    CHECK(eight.forecast().kv_tokens == WholeInterval{8192, 8192, 8192});  // 2^30 / 131,072
}

TEST_CASE("what lies beside the budget must fit there", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.spec.engine.gpu_memory_utilization = 0.995;
    const MemoryForecast forecast = eight.forecast();
    REQUIRE(forecast.warnings.size() == 1);
    CHECK_THAT(forecast.warnings[0], StartsWith("rank 0: "));
    CHECK_THAT(forecast.warnings[0],
               ContainsSubstring(" lie beside the engine's budget and 718.86 MiB are left there: "));
}

TEST_CASE("a forecast as text has each kind of rank once, tokens, hosts and warnings", "[memory][memory]") {
    const std::string text = show(llama_70b_on_t4().forecast(), true);
    CHECK_THAT(text, StartsWith("ranks 0-3: 13.50 GiB of 15.00 GiB\n  weights                     8.46 GiB\n"));
    CHECK_THAT(text, ContainsSubstring("\nranks 4-11: "));
    CHECK_THAT(text, ContainsSubstring("\nranks 12-15: "));
    CHECK_THAT(text, ContainsSubstring("    because bytes of the checkpoint that this rank reads\n"));
    CHECK_THAT(text, ContainsSubstring(" tokens, "));
    CHECK_THAT(text, ContainsSubstring("fewest on rank 12\n"));
    CHECK_THAT(text, ContainsSubstring("\nwarning: max_model_len 131,072 does not fit in one request"));
}

TEST_CASE("SGLang's pool is what is free after loading, less the share that is not static", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.spec.engine.name = "sglang";
    eight.spec.engine.version = "0.5.6";
    eight.spec.engine.extra_arguments = {"--mem-fraction-static", "0.8", "--context-length=4096"};
    const MemoryForecast forecast = eight.forecast();
    const RankMemory& rank = forecast.ranks[0];
    std::int64_t counted = 0;
    for (const MemoryTerm& term : rank.terms) {
        if (term.is_in_budget) counted += term.bytes.likely;
        if (term.name == "activations" || term.name == "sampler" || term.name == "CUDA graphs") {
            CHECK_FALSE(term.is_in_budget);
        }
    }
    const double total = 143771.0 * 1024 * 1024;
    CHECK(rank.budget_bytes == static_cast<std::uint64_t>(total * 0.8));
    CHECK(rank.kv_cache_bytes.likely == static_cast<std::int64_t>(rank.budget_bytes) - counted);
    CHECK(rank.kv_tokens.likely == rank.kv_cache_bytes.likely / 131'072);  // no blocks
    CHECK(forecast.longest_request_tokens.likely == 4096);
}

TEST_CASE("what the forecast leaves out is said", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.spec.engine.speculative_tokens = 1;
    CHECK(eight.forecast().warnings ==
          std::vector<std::string>{"weights, cache and buffers of the next-token layers are not in this forecast"});
}
