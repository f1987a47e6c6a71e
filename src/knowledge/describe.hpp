// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for TOML, JSON and the Python bindings. The first field of a row names its
/// subject.

#include "base/describe.hpp"
#include "base/reflect_json.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "report/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Releases, (), (since, until))

namespace detail {
/// A release is written as its text.
template <>
inline json::value to_value<Release>(const Release& release) {
    return json::value(release.text());
}
template <>
inline Release from_value<Release>(const json::value& value, const std::string& path) {
    const auto release = Release::try_parse(from_value<std::string>(value, path));
    if (!release) wrong_value(path, "a release such as \"0.11.1\"", value);
    return *release;
}
}  // namespace detail

namespace knowledge {

BOOST_DESCRIBE_ENUM(Confidence, verified, reported, inferred)
BOOST_DESCRIBE_ENUM(EngineFeature, served_by_us, serve_command, several_hosts_by_mp, kv_cache_bytes, compilation_mode,
                    pipeline_stages, experts_by_size, copies_by_size, copies_of_ranks, port_of_calls, port_of_metrics,
                    port_of_loads, free_ports_of_copies, unpadded_latent_heads, ray_ranks_in_workers, first_engine,
                    second_engine, second_runner, second_runner_for_all, latent_cache_for_any_weights,
                    latent_blocks_of_64, large_batches, head_on_every_stage, float32_router_bias, draft_layers,
                    draft_reads_main_embedding, head_unties_embeddings, experts_spread_remainder, bfloat16_for_float32,
                    experts_in_order_keep_scales, reads_activation_order)
BOOST_DESCRIBE_ENUM(RunsOn, any, gpu, cpu)
BOOST_DESCRIBE_ENUM(Runner, v0, v1, v2, sglang)
BOOST_DESCRIBE_ENUM(Accounting, device_in_use, since_before_nccl, since_after_nccl, free_after_load)
BOOST_DESCRIBE_ENUM(LatentCopies, unknown_attention, absorbed, split)
BOOST_DESCRIBE_ENUM(ExpertBuffers, three, shared, workspaces)
BOOST_DESCRIBE_STRUCT(EngineRelease, (),
                      (version, date, torch, wheel_cuda, image_cuda, python, transformers, ray, is_ray_required, note,
                       source, confidence))
BOOST_DESCRIBE_STRUCT(EngineFlag, (), (flag, releases, replacement, source, confidence))
BOOST_DESCRIBE_STRUCT(Variable, (),
                      (name, read_by, does, releases, values, runs_on, decision, value, when, because, source,
                       confidence))
BOOST_DESCRIBE_STRUCT(EngineFeatureRow, (), (feature, releases, source, confidence))
BOOST_DESCRIBE_STRUCT(CapabilityRule, (), (what, words, releases, least, engine_says, source, confidence))
BOOST_DESCRIBE_STRUCT(DivisionRule, (), (division, family, releases, engine_says, source, confidence))
BOOST_DESCRIBE_STRUCT(EngineMemory, (),
                      (runner, releases, accounting, sampler_bytes_per_logit, expert_buffers, expert_chunk_tokens,
                       latent_copies, latent_row_unit, latent_workspace_tokens, are_graphs_estimated,
                       chunked_prefill_tokens, default_utilization, source, confidence))
BOOST_DESCRIBE_STRUCT(MemoryReserve, (),
                      (least_mib, least_ranks, releases, share, mib, mib_per_rank, prefill_tokens,
                       mib_per_prefill_token, graph_sequences, few_graph_sequences, mib_per_graph_sequence,
                       mib_per_copied_sequence, mib_of_copies, prefill_graph_mib, latent_prefill_graph_mib,
                       least_reserve_mib, source, confidence))
BOOST_DESCRIBE_STRUCT(EngineOverheads, (),
                      (releases, untuned_kernel_factor, step_ms, is_asynchronous, pipeline_step_ms, hop_metadata_ms,
                       is_prefill_chunked_with_latent_attention, because, source, confidence))
BOOST_DESCRIBE_ENUM(LogPlace, cause, symptom, consequence)
BOOST_DESCRIBE_STRUCT(Signature, (), (id, place, parts, requirement, remedy, source, confidence))
BOOST_DESCRIBE_ENUM(RouteEffect, controls_engine, runs_model, tells_state)
BOOST_DESCRIBE_STRUCT(EngineRoute, (),
                      (route, methods, releases, effect, does, when, is_guarded, is_forwarded, source, confidence))
BOOST_DESCRIBE_STRUCT(EngineKnowledge, (),
                      (releases, flags, variables, features, capabilities, divisions, memory, reserves, overheads,
                       signatures, routes))

BOOST_DESCRIBE_STRUCT(GpuId, (), (device_id, model, compute_capability, source, confidence))
BOOST_DESCRIBE_STRUCT(GpuFigures, (),
                      (words, memory_gbytes_per_s, bfloat16_tflops, float16_tflops, fp8_tflops, int8_tops,
                       nvlink_gbytes_per_s, pcie_generation, compute_capability, source, confidence))
BOOST_DESCRIBE_STRUCT(FamilyMember, (),
                      (name, family, parameters, weight_bytes, architecture, hidden_size, intermediate_size, layers,
                       attention_heads, kv_heads, head_dim, vocabulary_size, source, confidence))
BOOST_DESCRIBE_STRUCT(NcclPcieRate, (), (gigatransfers_per_s, lane_gbytes_per_s, is_default, source, confidence))
BOOST_DESCRIBE_STRUCT(NcclNvlinkRate, (), (compute_capability, gbytes_per_s, source, confidence))
BOOST_DESCRIBE_STRUCT(NcclCpuRate, (), (vendor, family, least_model, most_model, gbytes_per_s, source, confidence))
BOOST_DESCRIBE_STRUCT(StorageRate, (), (words, filesystems, gbytes_per_s, source, confidence))
BOOST_DESCRIBE_STRUCT(Threshold, (), (name, value, source, confidence))
BOOST_DESCRIBE_ENUM(SpeedFigure, weight_efficiency, expert_efficiency, cache_efficiency, decode_arithmetic,
                    prefill_arithmetic, prefill_expert_arithmetic, kernel_us, eager_kernel_us, eager_prefill_share,
                    graph_prefill_share, attention_kernels, mlp_kernels, latent_attention_kernels, expert_kernels,
                    quantised_attention_kernels, quantised_latent_kernels, quantised_mlp_kernels,
                    quantised_expert_kernels, head_kernels, sampling_ms, sampling_of_request_ms, request_ms,
                    admission_ms, draft_acceptance)
BOOST_DESCRIBE_STRUCT(FigureRow<SpeedFigure>, (), (name, value, unit, does, source, confidence))
BOOST_DESCRIBE_ENUM(LinkFigure, nvlink_efficiency, nvlink_latency_us, pcie_data_share, pcie_efficiency, pcie_latency_us,
                    slow_pcie_gbytes_per_s, unknown_link_gbytes_per_s, unknown_link_latency_us,
                    more_ranks_latency_share, in_host_hop_us, rdma_efficiency, gpudirect_latency_us,
                    staged_rdma_latency_us, unknown_rdma_latency_us, fast_infiniband_gbytes_per_s, socket_efficiency,
                    socket_limit_gbytes_per_s, socket_latency_us, small_socket_gbytes_per_s, bulk_socket_excess_us,
                    loopback_round_trip_us, unknown_round_trip_us, unknown_socket_gbytes_per_s, slow_hop_metadata_ms)
BOOST_DESCRIBE_STRUCT(FigureRow<LinkFigure>, (), (name, value, unit, does, source, confidence))
BOOST_DESCRIBE_ENUM(MemoryFigure, driver_reserve_mib, cublas_mib, custom_all_reduce_mib, worker_gib, server_gib,
                    tensor_us)
BOOST_DESCRIBE_STRUCT(FigureRow<MemoryFigure>, (), (name, value, unit, does, source, confidence))
BOOST_DESCRIBE_STRUCT(ContextMemory, (), (what, ranks, mib, source, confidence))
BOOST_DESCRIBE_STRUCT(CheckRule, (), (id, requirement, severity, source, confidence))
BOOST_DESCRIBE_STRUCT(ToolFeature, (), (tool, feature, releases, source, confidence))
BOOST_DESCRIBE_STRUCT(CudaDriver, (), (cuda, label, least_driver, source, confidence))
BOOST_DESCRIBE_STRUCT(CudaFamily, (), (cuda_major, least_driver, source, confidence))
BOOST_DESCRIBE_STRUCT(TableProblem, (), (file, line, column, message))

}  // namespace knowledge

BOOST_DESCRIBE_STRUCT(Knowledge, (),
                      (cuda_drivers, cuda_families, gpu_ids, gpus, model_families, nccl_pcie, nccl_nvlink, nccl_cpus,
                       signatures, storage, thresholds, speed_figures, link_figures, memory_figures, context_memory,
                       variables, checks, tool_features, engines))

}  // namespace r1cluster
