// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/vllm/flags.hpp"
#include "launch/group.hpp"

namespace r1cluster::detail {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

void say_once(LaunchPlan& plan, std::string because) {
    if (std::ranges::find(plan.because, because) == plan.because.end()) plan.because.push_back(std::move(because));
}

bool is_headless(const Words& where) { return std::ranges::find(where, "--headless") != where.end(); }

// Name of a GPU that has no bfloat16; empty where all have it.
std::string gpu_without_bfloat16(const Group& group) {
    for (const RankPlacement& rank : group.layout->ranks) {
        const auto host = std::ranges::find(group.hosts, rank.host, [](const GroupHost& h) { return h.spec->name; });
        if (!rank.gpu || !host->machine) continue;
        const auto gpu = std::ranges::find(host->machine->gpus, *rank.gpu, &Gpu::nvml_index);
        if (gpu == host->machine->gpus.end()) continue;
        const auto capability = Version::try_parse(gpu->compute_capability);
        if (capability && *capability < Version::parse("8.0")) {
            return fmt::format("{} of {} (compute capability {})", gpu->name.empty() ? "a GPU" : gpu->name, rank.host,
                               gpu->compute_capability);
        }
    }
    return {};
}

bool tensor_group_spans_hosts(const Layout& layout) {
    std::map<int, std::set<std::string>> hosts_of_stage;
    for (const RankPlacement& rank : layout.ranks) hosts_of_stage[rank.pipeline_rank].insert(rank.host);
    return std::ranges::any_of(hosts_of_stage, [](const auto& stage) { return stage.second.size() > 1; });
}

/// What the spec says of the engine, whatever it runs on.
Words asked_arguments(const Group& group) {
    const EngineSpec& engine = group.spec->engine;
    const Layout& layout = *group.layout;
    Words words;
    if (!engine.dtype.empty()) append(words, {"--dtype", engine.dtype});
    if (!engine.kv_cache_dtype.empty()) append(words, {"--kv-cache-dtype", engine.kv_cache_dtype});
    if (engine.max_batched_tokens) {
        append(words, {"--max-num-batched-tokens", std::to_string(*engine.max_batched_tokens)});
    }
    if (engine.max_sequences) append(words, {"--max-num-seqs", std::to_string(*engine.max_sequences)});
    if (engine.is_eager) words.push_back("--enforce-eager");
    if (engine.speculative_tokens > 0) {
        append(words, {"--speculative-config",
                       fmt::format(R"({{"method":"mtp","num_speculative_tokens":{}}})", engine.speculative_tokens)});
    }
    if (layout.is_expert_parallel) words.push_back("--enable-expert-parallel");
    if (layout.decode_context_parallel > 1) {
        append(words, {"--decode-context-parallel-size", std::to_string(layout.decode_context_parallel)});
    }
    return words;
}

Words gpu_arguments(LaunchPlan& plan, const Group& group) {
    const EngineSpec& engine = group.spec->engine;
    Words words{"--gpu-memory-utilization", fmt::format("{}", engine.gpu_memory_utilization)};
    if (engine.kv_cache_bytes) append(words, {"--kv-cache-memory-bytes", std::to_string(*engine.kv_cache_bytes)});
    if (const std::string gpu = gpu_without_bfloat16(group); !gpu.empty() && engine.dtype.empty()) {
        append(words, {"--dtype", "float16"});
        say_once(plan,
                 fmt::format("--dtype float16: {} has no bfloat16, and every rank computes in the same type", gpu));
    }
    if (tensor_group_spans_hosts(*group.layout)) {
        words.push_back("--disable-custom-all-reduce");
        say_once(plan,
                 "--disable-custom-all-reduce: a tensor-parallel group spans hosts, and vLLM's own all-reduce works "
                 "inside one");
    }
    return words;
}

Words cpu_arguments(LaunchPlan& plan, const Group& group) {
    Words words;
    if (has(group.engine, EngineFeature::kv_cache_bytes)) {
        // Without it newer versions claim a share of the whole host's memory, other ranks on it or not.
        words = {"--kv-cache-memory-bytes",
                 std::to_string(group.spec->engine.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes))};
    }
    if (!has(group.engine, EngineFeature::compilation_mode)) return words;
    say_once(plan,
             "--compilation-config: traced once and not compiled, which saves 45 s of every start on the CPU; "
             "--enforce-eager would "
             "skip the warm-up that pipeline stages need, and fail at the first request");
    append(words, {"--compilation-config", R"({"mode":2,"backend":"eager"})"});
    return words;
}

}  // namespace

Words serve_command(LaunchPlan& plan, const Group& group, const GroupHost& host, const Words& where) {
    const DeploymentSpec& spec = *group.spec;
    Words argv{host.python, "-m"};
    if (has(group.engine, EngineFeature::serve_command)) {
        append(argv, {"vllm.entrypoints.cli.main", "serve", spec.model.path});
    } else {
        append(argv, {"vllm.entrypoints.openai.api_server", "--model", spec.model.path});
    }
    append(argv, {"--served-model-name", spec.model.served_name});
    if (!is_headless(where)) append(argv, {"--host", spec.serve.address, "--port", std::to_string(spec.serve.port)});
    append(argv, {"--tensor-parallel-size", std::to_string(group.layout->tensor_parallel), "--pipeline-parallel-size",
                  std::to_string(group.layout->pipeline_parallel), "--distributed-executor-backend", group.backend});
    append(argv, where);
    if (spec.serve.max_model_len) append(argv, {"--max-model-len", std::to_string(*spec.serve.max_model_len)});
    append(argv, asked_arguments(group));
    append(argv, group.is_on_gpus ? gpu_arguments(plan, group) : cpu_arguments(plan, group));
    append(argv, spec.engine.extra_arguments);
    return argv;
}

void add_engine_processes(LaunchPlan& plan, const Group& group) {
    for (std::size_t node = 0; node < group.hosts.size(); ++node) {
        const GroupHost& host = group.hosts[node];
        Words where;
        if (group.hosts.size() > 1) {
            where = {"--nnodes",      std::to_string(group.hosts.size()),
                     "--node-rank",   std::to_string(node),
                     "--master-addr", group.head_address(),
                     "--master-port", std::to_string(group.ports.rendezvous)};
        }
        if (node > 0) where.push_back("--headless");
        ProcessSpec process;
        process.name = node == 0 ? "head" : fmt::format("worker-{}", node);
        process.argv = serve_command(plan, group, host, where);
        process.env = environment(*host.settings);
        process.ranks = host.ranks;
        if (node == 0 && !group.spec->serve.api_key_file.empty()) {
            process.secrets.push_back({.name = "VLLM_API_KEY", .file = group.spec->serve.api_key_file});
        }
        plan.hosts[node].processes.push_back(std::move(process));
    }
    if (group.hosts.size() > 1) {
        say_once(plan,
                 fmt::format(
                     "backend mp: vLLM {} starts one process a host by itself, so no Ray has to run, and none of its "
                     "open ports",
                     group.engine.text()));
    }
}

}  // namespace r1cluster::detail
