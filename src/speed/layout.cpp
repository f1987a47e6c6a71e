// SPDX-License-Identifier: Apache-2.0
#include "speed/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/registry/registry.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

const Device& device_of(const RankPlacement& rank, const Devices& devices) {
    static const Device cpu;
    if (!rank.gpu) return cpu;
    if (const Device* device = find_device(devices, rank.host, *rank.gpu)) return *device;
    throw Error(
        ErrorKind::invalid_input, rank.host,
        fmt::format("forecasting speed: rank {} of the layout is on GPU {} of \"{}\", which the cluster has not; "
                    "plan again with this cluster",
                    rank.rank, *rank.gpu, rank.host));
}

/// With different GPUs in a stage, each step waits for the one with the slowest memory.
bool is_slower(const Device& a, const Device& b, const Knowledge& knowledge) {
    EngineOptions options;
    options.knowledge = &knowledge;
    return device_rates(a, options, {}).memory_gbytes_per_s.likely <
           device_rates(b, options, {}).memory_gbytes_per_s.likely;
}

}  // namespace

std::vector<StagePlacement> stage_placements(const Layout& layout, const Devices& devices, const Knowledge& knowledge) {
    std::vector<StagePlacement> stages(static_cast<std::size_t>(std::max(1, layout.pipeline_parallel)));
    std::vector<std::string> hosts(stages.size());
    std::vector<bool> is_seen(stages.size(), false);
    for (const RankPlacement& rank : layout.ranks) {
        if (rank.pipeline_rank < 0 || static_cast<std::size_t>(rank.pipeline_rank) >= stages.size()) continue;
        const auto index = static_cast<std::size_t>(rank.pipeline_rank);
        StagePlacement& stage = stages[index];
        if (rank.data_rank != 0) {
            stage.do_experts_span_hosts |= rank.host != hosts[index];
            continue;
        }
        const Device& device = device_of(rank, devices);
        if (!is_seen[index]) {
            stage.load = {rank.pipeline_rank, index == 0, index + 1 == stages.size(), rank.layer_count, 0, 0};
            stage.device = device;
            hosts[index] = rank.host;
            is_seen[index] = true;
        }
        stage.load.weight_bytes = std::max(stage.load.weight_bytes, rank.weight_bytes);
        stage.load.kv_bytes_per_token = std::max(stage.load.kv_bytes_per_token, rank.kv_bytes_per_token);
        if (rank.host != hosts[index]) stage.spans_hosts = stage.do_experts_span_hosts = true;
        if (device.name != stage.device.name && is_slower(device, stage.device, knowledge)) stage.device = device;
    }
    for (std::size_t i = 0; i + 1 < stages.size(); ++i) stages[i].is_next_on_other_host = hosts[i] != hosts[i + 1];
    if (std::find(is_seen.begin(), is_seen.end(), false) != is_seen.end()) {
        throw Error(ErrorKind::invalid_input, "layout",
                    fmt::format("forecasting speed: the layout has {} pipeline stages, but not a rank for each of them",
                                layout.pipeline_parallel));
    }
    return stages;
}

SpeedInputs inputs_of(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                      const Layout& layout, const Workload& workload, const Knowledge& knowledge) {
    const Devices devices = devices_of(spec, cluster);
    EngineOptions options = options_of(layout.engine, "forecasting speed", knowledge);
    if (layout.kv_tokens) {
        const std::int64_t each = std::max<std::int64_t>(1, workload.prompt_tokens + workload.output_tokens);
        const std::int64_t fit = layout.kv_tokens->likely / std::max(1, layout.data_parallel) / each;
        options.max_sequences = std::clamp<std::int64_t>(fit, 1, std::max<std::int64_t>(1, options.max_sequences));
    }
    return speed_inputs(options, checkpoint.config, sizes_of(layout), stage_placements(layout, devices, knowledge),
                        fabric_of(cluster, devices, knowledge), workload);
}

}  // namespace r1cluster::detail
