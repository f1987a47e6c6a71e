// SPDX-License-Identifier: Apache-2.0
#include "engine/sglang/definition.hpp"

#include <array>

#include "engine/sglang/parts.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::array<std::string_view, 1> distributions{"sglang"};

constexpr std::array owned_arguments{
    OwnedArgument{"--host", "serve.address"},
    OwnedArgument{"--port", "serve.port"},
    OwnedArgument{"--model-path", "model.path"},
    OwnedArgument{"--served-model-name", "model.served_name"},
    OwnedArgument{"--api-key", "serve.api_key_file (a key in a command line is seen by every user of the host)"},
    OwnedArgument{"--admin-api-key", "serve.proxy (a key in a command line is seen by every user of the host)"},
    OwnedArgument{"--ssl-certfile", "serve.proxy.tls_certificate_file"},
    OwnedArgument{"--ssl-keyfile", "serve.proxy.tls_key_file"},
    OwnedArgument{"--tensor-parallel-size", "layout.tensor_parallel"},
    OwnedArgument{"--tp-size", "layout.tensor_parallel"},
    OwnedArgument{"--pipeline-parallel-size", "layout.pipeline_parallel"},
    OwnedArgument{"--pp-size", "layout.pipeline_parallel"},
    OwnedArgument{"--data-parallel-size", "layout.data_parallel"},
    OwnedArgument{"--dp-size", "layout.data_parallel"},
    OwnedArgument{"--enable-dp-attention", "layout.data_parallel"},
    OwnedArgument{"--attn-dp-size", "layout.data_parallel"},
    OwnedArgument{"--attention-data-parallel-size", "layout.data_parallel"},
    OwnedArgument{"--moe-dp-size", "layout.data_parallel"},
    OwnedArgument{"--moe-data-parallel-size", "layout.data_parallel"},
    OwnedArgument{"--expert-parallel-size", "layout.expert_parallel"},
    OwnedArgument{"--ep-size", "layout.expert_parallel"},
    OwnedArgument{"--enable-ep-moe", "layout.expert_parallel"},
    OwnedArgument{"--dcp-size", "layout.decode_context_parallel"},
    OwnedArgument{"--decode-context-parallel-size", "layout.decode_context_parallel"},
    OwnedArgument{"--attn-cp-size", "layout.decode_context_parallel"},
    OwnedArgument{"--attention-context-parallel-size", "layout.decode_context_parallel"},
    OwnedArgument{"--dist-init-addr", "hosts"},
    OwnedArgument{"--nccl-init-addr", "hosts"},
    OwnedArgument{"--nnodes", "hosts"},
    OwnedArgument{"--node-rank", "hosts"},
    OwnedArgument{"--nccl-port", "serve.port"},
    OwnedArgument{"--base-gpu-id", "gpus of each host"},
    OwnedArgument{"--gpu-id-step", "gpus of each host"},
    OwnedArgument{"--use-ray", "engine.backend"},
    OwnedArgument{"--grpc-mode", "nothing (r1cluster asks the HTTP API for a token)"},
    OwnedArgument{"--smg-grpc-mode", "nothing (r1cluster asks the HTTP API for a token)"},
    OwnedArgument{"--config", "engine.extra_arguments (a file could set any flag of this list)"},
};

constexpr EngineLaunch launch{
    .owned_arguments = owned_arguments,
    .api_key_variable = {},
    .address_variable = "SGLANG_HOST_IP",
    .starts_copies = true,
    .refusal = &sglang::refusal,
    .serve_command = &sglang::serve_command,
    .variable_rules = &sglang::variable_rules,
    .process_of_title = &sglang::process_of_title,
    .rank_of_line = &sglang::rank_of_line,
    .progress_of_metrics = &sglang::progress_of_metrics,
};

}  // namespace

constinit const EngineDefinition sglang_definition{
    .name = "sglang",
    .title = "SGLang",
    .distributions = distributions,
    .partition_variable = "SGLANG_PP_LAYER_PARTITION",
    .choose_options = &sglang::choose_options,
    .default_partition = &sglang::default_partition,
    .preemption_metric = {},
    .memory_log = {.process_of = &sglang::process_of_line,
                   .rank_of_process = &sglang::rank_of_process,
                   .read = &sglang::read_memory_line},
    .launch = &launch,
};

}  // namespace r1cluster::detail
