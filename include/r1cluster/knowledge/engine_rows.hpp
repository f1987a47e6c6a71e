// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of the tables of one engine: src/engine/NAME/tables/*.toml.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/base/releases.hpp"

namespace r1cluster::knowledge {

/// How sure a row is.
enum class Confidence {
    verified,  ///< read in the primary source: code at a tag, an official table or document; or measured here
    reported,  ///< stated by a third party, a user's report or a changelog
    inferred,  ///< follows from other rows
};
std::string_view to_text(Confidence confidence);

/// A release and what it was built with. Empty: not known.
struct EngineRelease {
    std::string version;                   ///< "0.11.1"
    std::string date;                      ///< "2024-09-04"
    std::string torch;                     ///< the version that the wheel needs
    std::string wheel_cuda;                ///< CUDA that the wheel on PyPI was built with: "12.8"
    std::string image_cuda;                ///< CUDA in the official image: "12.4.1"
    std::string python;                    ///< requirement of the wheel: ">=3.9,<3.13"
    std::string transformers;              ///< requirement of the wheel
    std::string ray;                       ///< requirement of the wheel
    std::optional<bool> is_ray_required;   ///< unset: not known
    std::string note;                      ///< what else is worth knowing
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineRelease&) const = default;
};

/// A command-line flag and the releases that take it.
struct EngineFlag {
    std::string flag;                      ///< "--enable-expert-parallel"
    Releases releases;                     ///< for which the row holds
    std::string replacement;               ///< what later releases have instead; empty: nothing
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineFlag&) const = default;
};

/// Engines on what: those of a row.
enum class RunsOn { any, gpu, cpu };
std::string_view to_text(RunsOn runs_on);

/// An environment variable, and what r1cluster does with it.
struct Variable {
    std::string name;                 ///< "NCCL_SOCKET_IFNAME"
    std::string read_by;              ///< the program that reads the variable, whose releases `releases` are: "NCCL"
    std::string does;                 ///< what the variable changes
    Releases releases;                ///< of `read_by` that read the variable
    std::vector<std::string> values;  ///< that the program takes; empty: other texts, which `does` describes
    RunsOn runs_on = RunsOn::any;     ///< the engines for which the decision is made
    std::string decision;             ///< the rule that decides: "set", "leave", or the name of a function
    std::string value;                ///< what "set" gives; an example of what another rule gives
    std::string when;                 ///< the variable is set when this holds; empty: never
    std::string because;              ///< the reason of the decision
    std::string source;               ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const Variable&) const = default;
};

/// What r1cluster asks of an engine's release. The first part is about the command line, the second about the loader.
enum class EngineFeature {
    served_by_us,           ///< the release's command line is known to r1cluster
    serve_command,          ///< a server is started by a subcommand; before, by a module of its own
    several_hosts_by_mp,    ///< --nnodes, --node-rank, --master-addr, --master-port, --headless
    kv_cache_bytes,         ///< --kv-cache-memory-bytes
    compilation_mode,       ///< {"mode": ...} in --compilation-config; "level" before
    pipeline_stages,        ///< pipeline parallelism, within a host and over hosts
    experts_by_size,        ///< --ep-size alone spreads whole experts; before, --enable-ep-moe
    copies_by_size,         ///< --attn-dp-size gives the copies of attention; before, --dp-size --enable-dp-attention
    copies_of_ranks,        ///< a copy of attention may have several ranks
    port_of_calls,          ///< with copies, a port for calls from the engine's library
    port_of_metrics,        ///< with copies, a port for metrics of the schedulers
    port_of_loads,          ///< with copies on several hosts, a port for the load of each
    free_ports_of_copies,   ///< the kernel chooses the port of each copy; before, they follow the rendezvous
    unpadded_latent_heads,  ///< latent attention without its cache: heads of their own width, not padded to 256
    ray_ranks_in_workers,   ///< with Ray, rank 0 is a Ray worker too, not the server's own process

    first_engine,                  ///< the first engine is there, for old GPUs and on request
    second_engine,                 ///< the second engine is the default
    second_runner,                 ///< the second engine has a second runner
    second_runner_for_all,         ///< the second runner runs every model
    latent_cache_for_any_weights,  ///< latent attention for every quantisation; before, for FP8 and unquantised weights
    latent_blocks_of_64,           ///< blocks of 64 tokens for latent attention on Hopper
    large_batches,                 ///< larger defaults of batches on GPUs with 160 GiB

    head_on_every_stage,           ///< each pipeline stage of DeepSeek reads the head
    float32_router_bias,           ///< DeepSeek's router keeps its bias in float32, whatever the dtype of the model
    draft_layers,                  ///< next-token layers of a checkpoint can draft tokens
    draft_reads_main_embedding,    ///< a draft model reads the embedding of the model besides its own
    head_unties_embeddings,        ///< a head in the files unties embeddings that config.json ties
    experts_spread_remainder,      ///< the first ranks have one expert more; before, the last rank had the remainder
    bfloat16_for_float32,          ///< a float32 model is computed in bfloat16; before, in float16
    experts_in_order_keep_scales,  ///< experts quantised in an order of activations keep the scales of all groups
    reads_activation_order,        ///< orders of activations (g_idx) are read
};
std::string_view to_text(EngineFeature feature);

/// The releases that have a feature.
struct EngineFeatureRow {
    EngineFeature feature = EngineFeature::served_by_us;  ///< what the releases have
    Releases releases;                                    ///< for which the row holds
    std::string source;                                   ///< where the row comes from
    std::optional<Confidence> confidence;                 ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineFeatureRow&) const = default;
};

/// What a GPU must be able to do.
struct CapabilityRule {
    std::string
        what;  ///< "bfloat16", "latent attention", "kernels", "fp8 units", or a quantisation: format, else method
    std::string words;                     ///< the same for a sentence: "FP8 in blocks"
    Releases releases;                     ///< for which the row holds
    int least = 0;                         ///< compute capability, 10 * major + minor
    std::string engine_says;               ///< what the engine prints where the GPU cannot
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const CapabilityRule&) const = default;
};

/// A way to divide a model that these releases do not have, or have broken.
struct DivisionRule {
    std::string division;                  ///< "expert parallel", "decode context parallel", "pipeline parallel"
    std::string family;                    ///< of family_of(), or one of its architectures; empty: any
    Releases releases;                     ///< that cannot
    std::string engine_says;               ///< what the engine prints where it cannot
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const DivisionRule&) const = default;
};

/// What an engine takes off its budget besides weights and activations.
enum class Accounting {
    device_in_use,      ///< all that is on the device: CUDA context and NCCL too
    since_before_nccl,  ///< what came since a snapshot before the communicators: NCCL, without the context
    since_after_nccl,   ///< what came since a snapshot after them: what the first forward pass adds
    free_after_load,    ///< SGLang: what is gone once weights are loaded; activations and graphs are on top
};
std::string_view to_text(Accounting accounting);

/// Which part of the engine runs the model.
enum class Runner {
    v0,      ///< the first engine of an engine that has had two
    v1,      ///< the second engine, with its first runner
    v2,      ///< the second engine, with its second runner
    sglang,  ///< SGLang
};
std::string_view to_text(Runner runner);

/// What happens to DeepSeek's kv_b_proj after it is loaded.
enum class LatentCopies {
    unknown_attention,  ///< the engine has no latent attention: whole heads are cached
    absorbed,           ///< W_Q_UK, W_QR and W_UV_O beside the original
    split,              ///< W_UV and W_UK_T in 16 bits beside the original
};
std::string_view to_text(LatentCopies copies);

/// Buffers of the experts for `M` tokens with `K` experts each, `I` wide on this rank, `H` the hidden size.
enum class ExpertBuffers {
    three,       ///< M K (2 I + I + H)
    shared,      ///< M K (max(2 I, H) + I)
    workspaces,  ///< M K (max(I, H) + max(2 I, H)), and they stay
};
std::string_view to_text(ExpertBuffers buffers);

/// How an engine takes device memory and accounts for it. docs/memory.md says which releases were read.
struct EngineMemory {
    Runner runner = Runner::v0;                                    ///< part of the engine that the row is about
    Releases releases;                                             ///< for which the row holds
    Accounting accounting = Accounting::device_in_use;             ///< what is taken off the budget
    int sampler_bytes_per_logit = 0;                               ///< at the peak of the warm-up of the sampler
    ExpertBuffers expert_buffers = ExpertBuffers::three;           ///< of the experts' layers
    std::int64_t expert_chunk_tokens = 0;                          ///< tokens that the experts take at a time; 0: all
    LatentCopies latent_copies = LatentCopies::unknown_attention;  ///< of kv_b_proj
    std::int64_t latent_row_unit = 1;          ///< elements to a multiple of which a row of the latent cache is padded
    std::int64_t latent_workspace_tokens = 0;  ///< of chunked prefill over the latent cache; 0: none
    bool are_graphs_estimated = false;         ///< an estimate of CUDA graphs comes off the budget
    std::int64_t chunked_prefill_tokens = 0;   ///< V0: default of max_num_batched_tokens with chunked prefill
    double default_utilization = 0;            ///< gpu_memory_utilization where nothing is said
    std::string source;                        ///< where the row comes from
    std::optional<Confidence> confidence;      ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineMemory&) const = default;
};

/// What an engine leaves free of a GPU where nobody says which share it may take, and its defaults on such a GPU. The
/// first row that fits holds. reserve = (1 - share) * memory + mib + the other terms, at least least_reserve_mib.
struct MemoryReserve {
    int least_mib = 0;                  ///< memory of the GPU, from which on the row holds
    int least_ranks = 0;                ///< ranks of the deployment, from which on the row holds
    Releases releases;                  ///< for which the row holds
    double share = 1;                   ///< of memory, before the other terms
    double mib = 0;                     ///< whatever the sizes are
    double mib_per_rank = 0;            ///< for each rank of the deployment
    std::int64_t prefill_tokens = 0;    ///< of one step, the default
    double mib_per_prefill_token = 0;   ///< for the tokens of one step, at least 2048
    int graph_sequences = 0;            ///< most sequences of a CUDA graph, the default from 4 tensor-parallel ranks on
    int few_graph_sequences = 0;        ///< the same for fewer ranks
    double mib_per_graph_sequence = 0;  ///< for each of them
    double mib_per_copied_sequence = 0;    ///< for each of them and each copy, where there are several copies
    double mib_of_copies = 0;              ///< where there are several copies
    double prefill_graph_mib = 0;          ///< for graphs of prefill: one copy, one pipeline stage
    double latent_prefill_graph_mib = 0;   ///< the same with latent attention
    double least_reserve_mib = 0;          ///< the least reserve
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const MemoryReserve&) const = default;
};

/// What a release does to the time of a step.
struct EngineOverheads {
    Releases releases;  ///< for which the row holds
    /// Times the kernels of latent attention and experts, which early releases ran as many small or untuned ones.
    Interval untuned_kernel_factor{1, 1, 1};
    /// Scheduler, inputs and outputs in Python; beside the GPU's work where `is_asynchronous`, else between steps.
    Interval step_ms;
    bool is_asynchronous = false;  ///< the scheduler works beside the GPU
    /// Of that, what a pipeline does not hide even so.
    Interval pipeline_step_ms;
    /// Shapes of a hop's tensors, sent over the control network before the tensors themselves.
    Interval hop_metadata_ms;
    bool is_prefill_chunked_with_latent_attention = true;  ///< long prompts are taken in parts
    std::string because;                                   ///< what was measured or read
    std::string source;                                    ///< where the row comes from
    std::optional<Confidence> confidence;                  ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineOverheads&) const = default;
};

/// How near to the beginning of a failure a line of a log stands.
enum class LogPlace {
    cause,        ///< nothing else need have gone wrong
    symptom,      ///< often of something on another host
    consequence,  ///< says only that something else failed
};
std::string_view to_text(LogPlace place);

/// A line of a log and what it means.
struct Signature {
    std::string id;                        ///< of the finding; several rows may have one
    LogPlace place = LogPlace::cause;      ///< how near to the beginning of a failure it stands
    std::vector<std::string> parts;        ///< all of them in one line
    std::string requirement;               ///< what holds where this is not seen
    std::string remedy;                    ///< what to do
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const Signature&) const = default;
};

/// What a request to a route can bring about, the worst first.
enum class RouteEffect {
    controls_engine,  ///< changes or stops the service for everybody
    runs_model,       ///< takes computing time: generates, scores, tokenizes
    tells_state,      ///< tells of the server, and changes nothing
};
std::string_view to_text(RouteEffect effect);

/// A route of the engine's HTTP server.
struct EngineRoute {
    std::string route;                              ///< "/v1/completions"
    std::string methods;                            ///< "GET", "GET, POST"
    Releases releases;                              ///< for which the row holds
    RouteEffect effect = RouteEffect::tells_state;  ///< what a request can bring about
    std::string does;                               ///< what the route gives
    std::string when;                               ///< the route is there only then; empty: always
    bool is_guarded = false;                        ///< the engine asks for its key on it
    bool is_forwarded = false;                      ///< the reverse proxy lets it through where the spec has no list
    std::string source;                             ///< where the row comes from
    std::optional<Confidence> confidence;           ///< how sure the row is; unset: the table does not say
    bool operator==(const EngineRoute&) const = default;
};

/// The tables of one engine.
struct EngineKnowledge {
    std::vector<EngineRelease> releases;       ///< oldest first
    std::vector<EngineFlag> flags;             ///< of the command line
    std::vector<Variable> variables;           ///< environment variables that the engine reads
    std::vector<EngineFeatureRow> features;    ///< that r1cluster asks for
    std::vector<CapabilityRule> capabilities;  ///< what a GPU must be able to do
    std::vector<DivisionRule> divisions;       ///< ways to divide a model that some releases cannot
    std::vector<EngineMemory> memory;          ///< by runner, oldest first
    std::vector<MemoryReserve> reserves;       ///< the largest GPUs first
    std::vector<EngineOverheads> overheads;    ///< oldest first
    std::vector<Signature> signatures;         ///< lines of the engine's log
    std::vector<EngineRoute> routes;           ///< of the engine's HTTP server

    bool has(EngineFeature feature, const std::optional<Version>& version) const;
    /// The first release with the feature, as text; "": no release has it, or all have.
    std::string since(EngineFeature feature) const;

    /// nullptr: the flag is in no row.
    const EngineFlag* find_flag(std::string_view flag) const;

    /// The first row for this quantisation, dtype or kind of attention; nullptr: nothing is known.
    const CapabilityRule* find_capability_rule(std::string_view what, const std::optional<Version>& version) const;
    /// "before 0.20.0": releases of another row whose least is within this capability; empty: none.
    std::string releases_that_can(std::string_view what, int capability) const;

    /// Why this release cannot; nullptr: it can, as far as is known.
    const DivisionRule* find_division_rule(std::string_view division, std::string_view family,
                                           const std::optional<Version>& version) const;

    /// The row of this runner and version, else the newest row of the runner. nullptr: a runner without a row.
    const EngineMemory* find_memory(Runner runner, const std::optional<Version>& version) const;

    /// nullptr: no row fits.
    const MemoryReserve* find_reserve(std::int64_t gpu_mib, int ranks, const std::optional<Version>& version) const;

    /// The row of this version, else the newest one. nullptr: none.
    const EngineOverheads* find_overheads(const std::optional<Version>& version) const;

    /// Routes that the release always has and on which it does not ask for its key, the worst first.
    std::vector<const EngineRoute*> open_routes(const std::optional<Version>& version) const;
    /// Routes of the release that the reverse proxy lets through where the spec has no list of its own.
    std::vector<const EngineRoute*> forwarded_routes(const std::optional<Version>& version) const;
    /// nullptr: no row of the release has this route.
    const EngineRoute* find_route(std::string_view route, const std::optional<Version>& version) const;

    bool operator==(const EngineKnowledge&) const = default;
};

}  // namespace r1cluster::knowledge
