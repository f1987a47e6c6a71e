// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measured speeds that forecasts are compared with: published ones that say enough, and our own. docs/accuracy.md and
/// a test of the room `plan` come from these rows.

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "r1cluster/plan/speed.hpp"

namespace r1cluster::accuracy {

enum class SpeedModelName { r1, llama_8b };

struct SpeedRow {
    std::string_view name;
    SpeedModelName model = SpeedModelName::r1;
    std::string_view quantization;  ///< "fp8", "awq"; empty: none
    double weights_gib = 0;         ///< of the checkpoint, on one rank
    std::string_view engine, version;
    std::string_view gpu;
    int hosts = 1;  ///< over InfiniBand where there are more
    int gpus = 8;   ///< of each host: TP; hosts are stages
    bool is_eager = false;
    Workload workload;
    std::optional<double> tpot_ms;              ///< measured
    std::optional<double> output_tokens_per_s;  ///< measured; where the time per token was not published
    std::string_view source;
};

inline constexpr std::array speed_rows{
    SpeedRow{"8B TP1, 1 at a time", SpeedModelName::llama_8b, "", 14.96, "vllm", "0.25.1", "NVIDIA H200", 1, 1, false,
             {1, 128, 256}, 4.872, {}, "own, two H200, 2026-11-21"},
    SpeedRow{"8B TP1, 32 at a time", SpeedModelName::llama_8b, "", 14.96, "vllm", "0.25.1", "NVIDIA H200", 1, 1, false,
             {32, 128, 256}, 5.547, 5292.9, "own, two H200, 2026-11-21"},
    SpeedRow{"8B TP2, 1 at a time", SpeedModelName::llama_8b, "", 7.48, "vllm", "0.25.1", "NVIDIA H200", 1, 2, false,
             {1, 128, 256}, 3.486, {}, "own, two H200, 2026-11-21"},
    SpeedRow{"8B TP2, 32 at a time", SpeedModelName::llama_8b, "", 7.48, "vllm", "0.25.1", "NVIDIA H200", 1, 2, false,
             {32, 128, 256}, 3.916, 7274.1, "own, two H200, 2026-11-21"},
    SpeedRow{"R1 8 x B200 SGLang, 1", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.6", "NVIDIA B200", 1, 8, false,
             {1, 1000, 8000}, 9.2, {}, "SGLang cookbook, DeepSeek-R1"},
    SpeedRow{"R1 8 x B200 SGLang, 16", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.6", "NVIDIA B200", 1, 8, false,
             {16, 1000, 8000}, {}, 853, "SGLang cookbook, DeepSeek-R1 (795 to 912)"},
    SpeedRow{"R1 8 x B200 SGLang, 64", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.6", "NVIDIA B200", 1, 8, false,
             {64, 1000, 8000}, {}, 2207, "SGLang cookbook, DeepSeek-R1"},
    SpeedRow{"R1 8 x H200 SGLang, 8", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.7", "NVIDIA H200", 1, 8, false,
             {8, 1024, 1024}, 12.8, 597, "SemiAnalysisAI/InferenceX#870"},
    SpeedRow{"R1 8 x H200 SGLang, 16", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.7", "NVIDIA H200", 1, 8, false,
             {16, 1024, 1024}, 17.2, 895, "SemiAnalysisAI/InferenceX#870"},
    SpeedRow{"R1 8 x H200 SGLang, 32", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.7", "NVIDIA H200", 1, 8, false,
             {32, 1024, 1024}, 25.6, 1209, "SemiAnalysisAI/InferenceX#870"},
    SpeedRow{"R1 8 x H200 SGLang, 64", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.5.7", "NVIDIA H200", 1, 8, false,
             {64, 1024, 1024}, 34.6, 1789, "SemiAnalysisAI/InferenceX#870"},
    SpeedRow{"R1 8 x H200 vLLM, 1", SpeedModelName::r1, "fp8", 79.3, "vllm", "0.11.0", "NVIDIA H200", 1, 8, false,
             {1, 8000, 1000}, 15.85, {}, "vllm-project/recipes, DeepSeek; the version is not said, of its time"},
    SpeedRow{"R1 2 x 8 H100 vLLM, 1", SpeedModelName::r1, "fp8", 42.2, "vllm", "0.7.2", "NVIDIA H100 80GB HBM3", 2, 8,
             false, {1, 128, 512}, 33.3, {}, "sgl-project/sglang#3656 (30 tokens/s); layout and load of its time"},
    SpeedRow{"R1 AWQ 8 x H100 vLLM, 1", SpeedModelName::r1, "awq", 42, "vllm", "0.7.3", "NVIDIA H100 80GB HBM3", 1, 8,
             false, {1, 128, 512}, 30.3, {}, "dzhsurf/deepseek-v3-r1-deploy-and-benchmarks (33 tokens/s)"},
    SpeedRow{"R1 8 x H200 NVL vLLM, 32", SpeedModelName::r1, "fp8", 79.3, "vllm", "0.7.3", "NVIDIA H200 NVL", 1, 8,
             false, {32, 550, 150}, {}, 1000, "deepseek-ai/DeepSeek-R1#507, the engine's best"},
    SpeedRow{"R1 8 x H20 vLLM eager, 1", SpeedModelName::r1, "fp8", 79.3, "vllm", "0.8.2", "NVIDIA H20", 1, 8, true,
             {1, 128, 512}, 110, {}, "tanjunchen.github.io, 2025-04-04"},
    SpeedRow{"R1 8 x H20 vLLM eager, 64", SpeedModelName::r1, "fp8", 79.3, "vllm", "0.8.2", "NVIDIA H20", 1, 8, true,
             {64, 128, 512}, {}, 506, "tanjunchen.github.io, 2025-04-04"},
    SpeedRow{"R1 8 x H20 SGLang, 1", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.4.4", "NVIDIA H20", 1, 8, false,
             {1, 128, 512}, 42, {}, "tanjunchen.github.io, 2025-04-04"},
    SpeedRow{"R1 8 x H20 SGLang, 32", SpeedModelName::r1, "fp8", 79.3, "sglang", "0.4.4", "NVIDIA H20", 1, 8, false,
             {32, 128, 512}, {}, 357, "tanjunchen.github.io, 2025-04-04"},
};

inline ModelConfig config_of(const SpeedRow& row) {
    ModelConfig config;
    config.dtype = "bfloat16";
    if (row.model == SpeedModelName::llama_8b) {
        config.architecture = "LlamaForCausalLM";
        config.hidden_size = 4096;
        config.intermediate_size = 14336;
        config.layers = 32;
        config.attention_heads = 32;
        config.kv_heads = 8;
        config.head_dim = 128;
        config.vocabulary_size = 128256;
        config.max_position = 131072;
    } else {
        config.architecture = "DeepseekV3ForCausalLM";
        config.hidden_size = 7168;
        config.intermediate_size = 18432;
        config.layers = 61;
        config.attention_heads = config.kv_heads = 128;
        config.vocabulary_size = 129280;
        config.max_position = 163840;
        config.next_token_layers = 1;
        config.latent_attention = LatentAttention{1536, 512, 128, 64, 128};
        config.experts = Experts{256, 1, 8, 2048, 3, 2048, {}};
    }
    if (!row.quantization.empty()) config.quantization = Quantization{std::string(row.quantization), {}};
    return config;
}

/// The machines of a row, as facts would have them.
inline Cluster cluster_of(const SpeedRow& row) {
    Cluster cluster;
    for (int h = 0; h < row.hosts; ++h) {
        Machine machine;
        machine.host = std::string(1, static_cast<char>('a' + h));
        for (int i = 0; i < row.gpus; ++i) {
            Gpu gpu;
            gpu.nvml_index = i;
            gpu.name = row.gpu;
            gpu.memory_bytes = std::uint64_t{80} << 30;
            machine.gpus.push_back(gpu);
            if (row.hosts == 1) continue;
            Hca hca;
            hca.name = "mlx5_" + std::to_string(i);
            HcaPort port;
            port.state = "ACTIVE";
            port.link_layer = "InfiniBand";
            port.rate_gbps = 400;
            hca.ports.push_back(port);
            machine.hcas.push_back(hca);
        }
        cluster.machines.push_back(machine);
    }
    return cluster;
}

inline SpeedPoint forecast_of(const SpeedRow& row) {
    const Cluster cluster = cluster_of(row);
    DeploymentSpec spec;
    for (const Machine& machine : cluster.machines) {
        HostSpec host;
        host.name = machine.host;
        spec.hosts.push_back(host);
    }
    spec.engine.name = row.engine;
    spec.engine.version = row.version;
    spec.engine.is_eager = row.is_eager;
    Checkpoint checkpoint;
    checkpoint.config = config_of(row);
    Layout layout;
    layout.tensor_parallel = row.gpus;
    layout.pipeline_parallel = row.hosts;
    layout.layers_per_stage = default_partition(checkpoint.config.layers, row.hosts);
    for (int rank = 0; rank < row.gpus * row.hosts; ++rank) {
        RankPlacement placement;
        placement.rank = rank;
        placement.tensor_rank = rank % row.gpus;
        placement.pipeline_rank = rank / row.gpus;
        placement.host = cluster.machines[static_cast<std::size_t>(placement.pipeline_rank)].host;
        placement.gpu = placement.tensor_rank;
        placement.layer_count = layout.layers_per_stage[static_cast<std::size_t>(placement.pipeline_rank)];
        placement.weight_bytes = static_cast<std::uint64_t>(row.weights_gib * 1073741824.0);
        layout.ranks.push_back(placement);
    }
    return speed(spec, cluster, checkpoint, layout, {row.workload}).points.front();
}

/// A forecast beside its measurement: the time per token where that was published, else the rate of all requests.
struct SpeedComparison {
    std::string_view quantity;  ///< "ms/token", "tokens/s"
    Interval forecast;
    double measured = 0;

    double error() const { return forecast.likely / measured - 1; }
    bool is_within_quarter() const { return std::abs(error()) <= 0.25; }
    bool is_inside() const { return measured >= forecast.low && measured <= forecast.high; }
};

inline SpeedComparison compared(const SpeedRow& row) {
    const SpeedPoint point = forecast_of(row);
    if (row.tpot_ms) return {"ms/token", point.tpot_ms, *row.tpot_ms};
    return {"tokens/s", point.output_tokens_per_s, *row.output_tokens_per_s};
}

}  // namespace r1cluster::accuracy
