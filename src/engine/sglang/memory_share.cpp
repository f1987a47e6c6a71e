// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {
namespace {

using knowledge::MemoryReserve;

int count_gpus(const Devices& devices) {
    std::size_t count = 0;
    for (const HostDevices& host : devices.hosts) count += host.devices.size();
    return static_cast<int>(std::max<std::size_t>(count, 1));
}

bool are_memories_known(const Devices& devices) {
    const std::uint64_t least = least_memory(devices);
    return least > 0 && least < UINT64_MAX;
}

/// As the spec demands; what it leaves open counts as tensor parallelism over all GPUs.
struct Sizes {
    int ranks;
    int tensor_ranks;  ///< in SGLang's count, all copies of the attention together
    int stages;
    int copies;
};

Sizes sizes_of(const EngineRequest& request) {
    const LayoutSpec& layout = request.spec.layout;
    const int stages = layout.pipeline_parallel.value_or(1), copies = layout.data_parallel.value_or(1);
    const int all = count_gpus(request.devices);
    const int tensor = layout.tensor_parallel ? *layout.tensor_parallel * copies : std::max(all / stages, 1);
    return {tensor * stages, tensor, stages, copies};
}

double reserve_mib(const MemoryReserve& row, const EngineRequest& request, const Sizes& sizes, double gpu_mib) {
    constexpr std::int64_t least_tokens = 2048;
    const auto tokens =
        std::max(request.arguments.whole_number(flags.max_batched_tokens).value_or(row.prefill_tokens), least_tokens);
    const double sequences = sizes.tensor_ranks < 4 ? row.few_graph_sequences : row.graph_sequences;
    double reserve = (1 - row.share) * gpu_mib + row.mib + row.mib_per_rank * sizes.ranks +
                     row.mib_per_prefill_token * static_cast<double>(tokens) + row.mib_per_graph_sequence * sequences;
    if (sizes.copies > 1) {
        reserve += row.mib_of_copies + row.mib_per_copied_sequence * sequences * sizes.copies;
    } else if (sizes.stages == 1) {
        reserve += request.config.latent_attention ? row.latent_prefill_graph_mib : row.prefill_graph_mib;
    }
    return std::max(reserve, row.least_reserve_mib);
}

}  // namespace

const MemoryReserve* find_reserve(const EngineRequest& request, const EngineOptions& options) {
    if (!are_memories_known(request.devices)) return nullptr;
    const auto gpu_mib = static_cast<std::int64_t>(least_memory(request.devices) >> 20);
    return options.knowledge->engine(options.name).find_reserve(gpu_mib, sizes_of(request).ranks, options.version);
}

void choose_memory_share(const EngineRequest& request, const MemoryReserve& row, EngineOptions& options) {
    const bool is_given = request.spec.engine.gpu_memory_utilization || request.arguments.number(flags.memory_share);
    const double gpu_mib = static_cast<double>(least_memory(request.devices) >> 20);
    if (is_given) return;
    const Sizes sizes = sizes_of(request);
    const double reserve = reserve_mib(row, request, sizes, gpu_mib);
    options.gpu_memory_utilization = std::clamp(std::round((1 - reserve / gpu_mib) * 1000) / 1000, 0.001, 1.0);
    options.because.push_back(
        fmt::format("--mem-fraction-static {}: SGLang's own choice for {} ranks on GPUs of {:.0f} MiB, of which it "
                    "leaves {:.0f} MiB",
                    options.gpu_memory_utilization, sizes.ranks, gpu_mib, reserve));
}

}  // namespace r1cluster::detail::sglang
