// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The measured speeds of tools/accuracy/speed_rows.json, and the forecast of each.

#include <optional>
#include <string>
#include <vector>

#include "r1cluster/plan/speed.hpp"

namespace r1cluster::test {

struct SpeedRow {
    std::string name;
    ModelConfig config;
    double rank_weights_gib = 0;
    std::string engine, version, gpu;
    int hosts = 1;  ///< one stage of a pipeline each, over InfiniBand
    int gpus = 8;   ///< of each host: tensor parallel
    bool is_eager = false;
    Workload workload;
    std::optional<double> tpot_ms, ttft_ms, output_tokens_per_s;  ///< measured
};

std::vector<SpeedRow> speed_rows();

/// Machines of a row, as facts would have them, and the layout on them.
Cluster cluster_of(const SpeedRow& row);
Layout layout_of(const SpeedRow& row);
SpeedPoint forecast_of(const SpeedRow& row);

/// Shapes of R1 in FP8 and of Llama 8B in BF16.
ModelConfig r1_shape();
ModelConfig llama_8b_shape();

}  // namespace r1cluster::test
