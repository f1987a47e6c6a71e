// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

/// What the spec says of the engine, whatever it runs on.
Words asked_arguments(const ServeCommand& command) {
    const EngineSpec& asked = command.spec.engine;
    Words words;
    if (!asked.dtype.empty()) append(words, {"--dtype", asked.dtype});
    if (!asked.kv_cache_dtype.empty()) append(words, {"--kv-cache-dtype", asked.kv_cache_dtype});
    if (asked.max_batched_tokens)
        append(words, {"--max-num-batched-tokens", std::to_string(*asked.max_batched_tokens)});
    if (asked.max_sequences) append(words, {"--max-num-seqs", std::to_string(*asked.max_sequences)});
    if (asked.is_eager) words.push_back("--enforce-eager");
    if (asked.speculative_tokens > 0) {
        append(words, {"--speculative-config",
                       fmt::format(R"({{"method":"mtp","num_speculative_tokens":{}}})", asked.speculative_tokens)});
    }
    if (command.is_expert_parallel) words.push_back("--enable-expert-parallel");
    if (command.decode_context_parallel > 1) {
        append(words, {"--decode-context-parallel-size", std::to_string(command.decode_context_parallel)});
    }
    return words;
}

void add_gpu_arguments(const ServeCommand& command, CommandLine& line) {
    const EngineSpec& asked = command.spec.engine;
    append(line.argv,
           {"--gpu-memory-utilization",
            fmt::format("{}", asked.gpu_memory_utilization.value_or(command.engine.gpu_memory_utilization))});
    if (asked.kv_cache_bytes) append(line.argv, {"--kv-cache-memory-bytes", std::to_string(*asked.kv_cache_bytes)});
    if (command.engine.is_dtype_lowered) append(line.argv, {"--dtype", command.engine.dtype});
    if (command.tensor_group_spans_hosts) {
        line.argv.push_back("--disable-custom-all-reduce");
        line.because.push_back(
            "--disable-custom-all-reduce: a tensor-parallel group spans hosts, and vLLM's own all-reduce works inside "
            "one");
    }
}

void add_cpu_arguments(const ServeCommand& command, CommandLine& line) {
    if (command.has(EngineFeature::kv_cache_bytes)) {
        // Without it newer versions claim a share of the whole host's memory, other ranks on it or not.
        append(line.argv, {"--kv-cache-memory-bytes",
                           std::to_string(command.spec.engine.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes))});
    }
    if (!command.has(EngineFeature::compilation_mode)) return;
    line.because.push_back(
        "--compilation-config: traced once and not compiled, which saves 45 s of every start on the CPU; "
        "--enforce-eager would skip the warm-up that pipeline stages need, and fail at the first request");
    append(line.argv, {"--compilation-config", R"({"mode":2,"backend":"eager"})"});
}

}  // namespace

CommandLine serve_command(const ServeCommand& command) {
    const DeploymentSpec& spec = command.spec;
    CommandLine line;
    Words& argv = line.argv;
    argv = {command.python, "-m"};
    if (command.has(EngineFeature::serve_command)) {
        append(argv, {"vllm.entrypoints.cli.main", "serve", spec.model.path});
    } else {
        append(argv, {"vllm.entrypoints.openai.api_server", "--model", spec.model.path});
    }
    append(argv, {"--served-model-name", spec.model.served_name});
    const bool is_headless = command.place.node > 0;
    if (!is_headless) append(argv, {"--host", command.listen_address, "--port", std::to_string(command.listen_port)});
    append(argv, {"--tensor-parallel-size", std::to_string(command.tensor_parallel), "--pipeline-parallel-size",
                  std::to_string(command.pipeline_parallel), "--distributed-executor-backend", command.backend});
    if (command.place.nodes > 1) {
        append(argv, {"--nnodes", std::to_string(command.place.nodes), "--node-rank",
                      std::to_string(command.place.node), "--master-addr", command.place.master_address,
                      "--master-port", std::to_string(command.place.master_port)});
    }
    if (is_headless) argv.push_back("--headless");
    if (spec.serve.max_model_len) append(argv, {"--max-model-len", std::to_string(*spec.serve.max_model_len)});
    append(argv, asked_arguments(command));
    if (command.is_on_gpus) {
        add_gpu_arguments(command, line);
    } else {
        add_cpu_arguments(command, line);
    }
    append(argv, spec.engine.extra_arguments);
    return line;
}

}  // namespace r1cluster::detail::vllm
