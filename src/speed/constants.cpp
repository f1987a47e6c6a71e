// SPDX-License-Identifier: Apache-2.0
#include "speed/constants.hpp"

#include <array>
#include <string_view>

namespace r1cluster::detail {
namespace {

constexpr Interval no_ms{0, 0, 0};

const std::array rows{
    EngineOverheads{
        "vllm",
        "0",
        {2.2, 3.3, 4.5},
        {1.5, 2.5, 5.0},
        false,
        {1.5, 2.5, 5.0},
        {0.2, 0.5, 1.5},
        false,
        "the V0 engine schedules, prepares and answers between steps; grouped choice of experts as single operators, "
        "block-scaled products in untuned Triton; chunked prefill is forced off with latent attention "
        "(vllm/config.py of 0.7.1)"},
    EngineOverheads{"vllm",
                    "0.8.0",
                    {1.6, 2.4, 3.5},
                    {0.5, 1.0, 2.0},
                    false,
                    {0.5, 1.0, 2.0},
                    {0.2, 0.5, 1.5},
                    true,
                    "the V1 engine schedules between steps; attention outside the CUDA graphs"},
    EngineOverheads{"vllm",
                    "0.11.0",
                    {1.2, 1.9, 2.8},
                    {0.5, 1.0, 2.0},
                    false,
                    {0.5, 1.0, 2.0},
                    {0.1, 0.3, 1.0},
                    true,
                    "whole decode steps in CUDA graphs, scheduled between steps"},
    EngineOverheads{"vllm",
                    "0.14.0",
                    {1.0, 1.4, 2.2},
                    {0.8, 1.5, 2.5},
                    true,
                    {0.5, 1.0, 2.0},
                    {0.1, 0.3, 1.0},
                    true,
                    "schedules the next step during this one (vllm-project/vllm#27614), but not with a pipeline"},
    EngineOverheads{"vllm",
                    "0.16.0",
                    {1.0, 1.3, 2.0},
                    {0.8, 1.5, 2.5},
                    true,
                    {0.1, 0.4, 1.2},
                    no_ms,
                    true,
                    "schedules the next step during this one, with a pipeline too (vllm-project/vllm#32359, #32618)"},
    EngineOverheads{"vllm",
                    "0.20.0",
                    {0.6, 0.9, 1.4},
                    {0.8, 1.5, 2.5},
                    true,
                    {0.1, 0.3, 0.9},
                    no_ms,
                    true,
                    "latent attention and choice of experts fused in compiled graphs: 1.99 ms for 16 layers of "
                    "DeepSeek-V3's kind on an H200 with 0.25.1 (docs/measurements), 0.8 of them bytes"},
    EngineOverheads{"sglang",
                    "0",
                    {1.8, 2.8, 4.0},
                    {0.3, 0.8, 2.0},
                    true,
                    {0.3, 0.8, 2.0},
                    {0.2, 0.5, 1.5},
                    true,
                    "schedules the next step during this one; first kernels for latent attention and block scales"},
    EngineOverheads{"sglang",
                    "0.4.4",
                    {1.2, 1.8, 2.8},
                    {0.3, 0.8, 2.0},
                    true,
                    {0.3, 0.8, 2.0},
                    {0.2, 0.5, 1.5},
                    true,
                    "tuned block-scaled kernels, fused choice of experts"},
    EngineOverheads{"sglang",
                    "0.5.0",
                    {0.8, 1.0, 1.6},
                    {0.3, 0.8, 2.0},
                    true,
                    {0.3, 0.8, 2.0},
                    {0.1, 0.3, 1.0},
                    true,
                    "shared experts fused into the others, all-reduce fused with the norm"},
};

}  // namespace

const EngineOverheads& engine_overheads(const EngineOptions& options) {
    const EngineOverheads* found = nullptr;
    for (const EngineOverheads& row : rows) {
        if (options.name != row.engine) continue;
        if (!options.version || *options.version >= Version::parse(row.since)) found = &row;
    }
    // Rows of vLLM stand for an engine without any of its own.
    return found ? *found : rows[5];
}

}  // namespace r1cluster::detail
