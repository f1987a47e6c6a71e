// SPDX-License-Identifier: Apache-2.0
#include "plan/speed_rows.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "plan/machines.hpp"

namespace r1cluster::test {
namespace {

std::optional<double> number_of(const boost::json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value ? std::optional<double>(value->to_number<double>()) : std::nullopt;
}

std::string text_of(const boost::json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value ? std::string(value->as_string()) : "";
}

SpeedRow row_of(const boost::json::object& object) {
    SpeedRow row;
    row.name = text_of(object, "name");
    row.config = text_of(object, "model") == "DeepSeek-R1" ? r1_shape() : llama_8b_shape();
    if (object.contains("quantization")) row.config.quantization = Quantization{text_of(object, "quantization"), {}};
    row.rank_weights_gib = *number_of(object, "rank_weights_gib");
    row.engine = text_of(object, "engine");
    row.version = text_of(object, "version");
    row.gpu = text_of(object, "gpu");
    row.hosts = static_cast<int>(number_of(object, "hosts").value_or(1));
    row.gpus = static_cast<int>(*number_of(object, "gpus"));
    row.is_eager = object.contains("is_eager");
    const auto& load = object.at("workload").as_object();
    row.workload = {load.at("concurrency").as_int64(), load.at("prompt_tokens").as_int64(),
                    load.at("output_tokens").as_int64()};
    const auto& measured = object.at("measured").as_object();
    row.tpot_ms = number_of(measured, "tpot_ms");
    row.ttft_ms = number_of(measured, "ttft_ms");
    row.output_tokens_per_s = number_of(measured, "output_tokens_per_s");
    return row;
}

}  // namespace

std::vector<SpeedRow> speed_rows() {
    std::ifstream file(R1CLUSTER_SOURCE_DIR "/tools/accuracy/speed_rows.json");
    std::stringstream text;
    text << file.rdbuf();
    std::vector<SpeedRow> rows;
    const boost::json::value document = boost::json::parse(text.str());
    for (const auto& row : document.as_object().at("rows").as_array()) rows.push_back(row_of(row.as_object()));
    return rows;
}

Cluster cluster_of(const SpeedRow& row) {
    Cluster cluster;
    for (int h = 0; h < row.hosts; ++h) {
        Machine machine = gpu_machine(std::string(1, static_cast<char>('a' + h)), row.gpus, 80 * gib);
        for (Gpu& gpu : machine.gpus) {
            gpu.name = row.gpu;
            if (row.hosts == 1) continue;
            Hca hca;
            hca.name = "mlx5_" + std::to_string(gpu.nvml_index);
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

Layout layout_of(const SpeedRow& row) {
    Layout layout;
    layout.tensor_parallel = row.gpus;
    layout.pipeline_parallel = row.hosts;
    layout.layers_per_stage = default_partition(row.config.layers, row.hosts);
    for (int rank = 0; rank < row.gpus * row.hosts; ++rank) {
        RankPlacement placement;
        placement.rank = rank;
        placement.tensor_rank = rank % row.gpus;
        placement.pipeline_rank = rank / row.gpus;
        placement.host = std::string(1, static_cast<char>('a' + placement.pipeline_rank));
        placement.gpu = placement.tensor_rank;
        placement.layer_count = layout.layers_per_stage[static_cast<std::size_t>(placement.pipeline_rank)];
        placement.weight_bytes = static_cast<std::uint64_t>(row.rank_weights_gib * static_cast<double>(gib));
        layout.ranks.push_back(placement);
    }
    return layout;
}

SpeedPoint forecast_of(const SpeedRow& row) {
    const Cluster cluster = cluster_of(row);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.name = row.engine;
    spec.engine.version = row.version;
    spec.engine.is_eager = row.is_eager;
    Checkpoint checkpoint;
    checkpoint.config = row.config;
    return speed(spec, cluster, checkpoint, layout_of(row), {row.workload}).points.front();
}

ModelConfig r1_shape() {
    ModelConfig config;
    config.architecture = "DeepseekV3ForCausalLM";
    config.dtype = "bfloat16";
    config.hidden_size = 7168;
    config.intermediate_size = 18432;
    config.layers = 61;
    config.attention_heads = config.kv_heads = 128;
    config.vocabulary_size = 129280;
    config.max_position = 163840;
    config.next_token_layers = 1;
    config.latent_attention = LatentAttention{1536, 512, 128, 64, 128};
    config.experts = Experts{256, 1, 8, 2048, 3, 2048, {}};
    config.quantization = Quantization{"fp8", {128, 128}};
    return config;
}

ModelConfig llama_8b_shape() {
    ModelConfig config;
    config.architecture = "LlamaForCausalLM";
    config.dtype = "bfloat16";
    config.hidden_size = 4096;
    config.intermediate_size = 14336;
    config.layers = 32;
    config.attention_heads = 32;
    config.kv_heads = 8;
    config.head_dim = 128;
    config.vocabulary_size = 128256;
    config.max_position = 131072;
    return config;
}

}  // namespace r1cluster::test
