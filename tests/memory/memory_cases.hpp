// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Deployments whose memory was measured or derived by others.

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/memory/memory.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster::test {

/// The layout that the spec asks for, as plan_layouts() places it.
inline Layout only_layout(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint) {
    const Plan made = plan_layouts(spec, cluster, checkpoint);
    if (made.layouts.size() != 1) throw std::runtime_error(show(made));
    return made.layouts.front();
}

/// Llama-3.1-8B: 32 layers, 8 key/value heads of 128, a vocabulary of 128,256.
inline const Checkpoint& llama_8b() {
    static const Checkpoint made = checkpoint_of(llama_tensors(32, 4096, 14336, 1024, 128256),
                                                 R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "torch_dtype": "bfloat16", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 128256,
        "max_position_embeddings": 131072, "tie_word_embeddings": false})",
                                                 5'000'000'000, "/data/llama-8b");
    return made;
}

/// One host of H200 as NVML has them: 143,771 MiB, of which the driver keeps 616.
inline Cluster h200_host(int gpus) {
    Cluster cluster;
    cluster.machines.push_back(gpu_machine("a", gpus, std::uint64_t{143771} << 20));
    for (Gpu& gpu : cluster.machines[0].gpus) {
        gpu.memory_reserved_bytes = std::uint64_t{616} << 20;
        gpu.compute_capability = "9.0";
        gpu.name = "NVIDIA H200";
    }
    return cluster;
}

struct Case {
    Cluster cluster;
    DeploymentSpec spec;
    Layout layout;
    const Checkpoint& checkpoint;

    /// With the engine that the spec says now.
    MemoryForecast forecast(const Calibration& calibration = {}) const {
        Layout chosen = layout;
        chosen.engine = choose_engine(spec, cluster, checkpoint.config);
        return forecast_memory(spec, cluster, checkpoint, chosen, calibration);
    }
};

inline Case llama_8b_on_h200(int tensor_parallel) {
    Cluster cluster = h200_host(tensor_parallel);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.version = "0.25.1";
    spec.serve.max_model_len = 8192;
    spec.layout.tensor_parallel = tensor_parallel;
    spec.layout.layers_per_stage = {32};
    return {cluster, spec, only_layout(spec, cluster, llama_8b()), llama_8b()};
}

/// The first runbook.
inline Case r1_on_h100(const std::vector<int>& layers_per_stage) {
    Cluster cluster = h100_hosts(2);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.version = "0.7.1";
    spec.engine.gpu_memory_utilization = 0.95;
    spec.engine.max_batched_tokens = 32768;
    spec.engine.extra_arguments = {"--enable-chunked-prefill", "--enable-prefix-caching"};
    spec.serve.max_model_len = 32768;
    spec.layout.tensor_parallel = 8;
    spec.layout.layers_per_stage = layers_per_stage;
    return {cluster, spec, only_layout(spec, cluster, r1()), r1()};
}

/// The second runbook.
inline Case llama_70b_on_t4() {
    Cluster cluster;
    for (const char* name : {"a", "b", "c", "d"}) {
        cluster.machines.push_back(gpu_machine(name, 4, std::uint64_t{15360} << 20));
        for (Gpu& gpu : cluster.machines.back().gpus) gpu.compute_capability = "7.5";
    }
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.version = "0.6.4.post1";
    spec.layout.tensor_parallel = 4;
    spec.layout.layers_per_stage = {20, 20, 20, 20};
    return {cluster, spec, only_layout(spec, cluster, llama_70b()), llama_70b()};
}

}  // namespace r1cluster::test
