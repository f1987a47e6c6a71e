// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Layouts for the speed model, by hand.

#include <numeric>
#include <string>
#include <vector>

#include "speed/model.hpp"
#include "speed/shapes.hpp"

namespace r1cluster::test {

inline detail::EngineOptions options_of(const std::string& version = "") {
    detail::EngineOptions options;
    options.name = "vllm";
    options.knowledge = &Knowledge::embedded();
    if (!version.empty()) options.version = Version::parse(version);
    options.dtype = options.kv_cache_dtype = "bfloat16";
    options.max_model_len = 32768;
    options.max_batched_tokens = 8192;
    options.max_sequences = 1024;
    return options;
}

inline detail::Device gpu_called(const std::string& name, const std::string& compute_capability = "") {
    detail::Device device;
    device.gpu = 0;
    device.memory_bytes = std::uint64_t{80} << 30;
    device.name = name;
    device.compute_capability = compute_capability;
    return device;
}

/// Stages of these layers on GPUs of this name, each stage on a host of its own.
inline std::vector<detail::StagePlacement> stages_of(const std::vector<int>& layers, const std::string& gpu,
                                                     std::uint64_t weight_bytes = 0) {
    std::vector<detail::StagePlacement> stages;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        detail::StagePlacement stage;
        const bool is_last = i + 1 == layers.size();
        stage.load = {static_cast<int>(i), i == 0, is_last, layers[i], weight_bytes, 0};
        stage.device = gpu_called(gpu);
        stage.is_next_on_other_host = !is_last;
        stages.push_back(stage);
    }
    return stages;
}

/// A rate without a band, and latencies without any.
inline detail::Fabric fabric_at(double in_host_gbytes_per_s, double between_hosts_gbytes_per_s) {
    detail::Fabric fabric;
    fabric.in_host_gbytes_per_s = {in_host_gbytes_per_s, in_host_gbytes_per_s, in_host_gbytes_per_s};
    fabric.between_hosts_gbytes_per_s = {between_hosts_gbytes_per_s, between_hosts_gbytes_per_s,
                                         between_hosts_gbytes_per_s};
    return fabric;
}

inline double sum_of(const std::vector<SpeedTerm>& terms, double Interval::*end) {
    return std::accumulate(terms.begin(), terms.end(), 0.0,
                           [end](double sum, const SpeedTerm& term) { return sum + term.ms.*end; });
}

inline const SpeedTerm* find_term(const std::vector<SpeedTerm>& terms, const std::string& name) {
    for (const SpeedTerm& term : terms) {
        if (term.name == name) return &term;
    }
    return nullptr;
}

}  // namespace r1cluster::test
