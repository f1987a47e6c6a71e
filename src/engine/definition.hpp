// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the folder of an engine supplies. Every other room asks for it through find_engine() (engine/registry) and
/// names no engine itself.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/options.hpp"

namespace r1cluster::detail {

using knowledge::EngineFeature;

/// A flag that the launch plan sets. A second one in engine.extra_arguments would win, and what is watched would not
/// be what runs.
struct OwnedArgument {
    std::string_view flag;
    std::string_view instead;  ///< the key of the spec to use
};

/// Where one process stands among those of a group that starts without Ray.
struct NodePlace {
    std::size_t nodes = 1;
    std::size_t node = 0;
    std::string master_address;
    int master_port = 0;
};

/// All that the command line of a server depends on.
struct ServeCommand {
    const DeploymentSpec& spec;
    const Engine& engine;
    const Knowledge& knowledge;
    std::string python;
    std::string backend;  ///< "mp" or "ray"
    int tensor_parallel = 1;
    int pipeline_parallel = 1;
    int data_parallel = 1;
    int decode_context_parallel = 1;
    bool is_expert_parallel = false;
    bool is_on_gpus = false;
    bool tensor_group_spans_hosts = false;
    NodePlace place;
    std::string listen_address;  ///< of the API server
    int listen_port = 0;

    /// Whether the release has it.
    bool has(EngineFeature feature) const;
};

/// A TCP port that the command binds besides the API and, with several hosts, the rendezvous.
struct BoundPort {
    std::string address;
    int port = 0;
    std::string purpose;
};

struct CommandLine {
    std::vector<std::string> argv;
    std::vector<std::string> because;  ///< for each argument that the spec does not ask for
    std::vector<BoundPort> ports;
};

/// What a rule makes of one variable. Without a value: left unset on purpose.
struct VariableChoice {
    std::optional<std::string> value;
    std::string because;
};

/// All that the engine's own variables on one host depend on.
struct VariableRequest {
    bool is_shared_machine = false;  ///< another host of the layout is this same machine
    int ranks_on_machine = 1;
    std::size_t numa_nodes = 0;
    std::optional<std::uint64_t> kv_cache_bytes;  ///< of the spec
    int start_timeout_s = 0;                      ///< of the spec
    std::vector<int> partition;                   ///< layers of each stage; empty: the engine's own
};

/// The decision of a row of the engine's table of variables, by the name that the row gives.
struct VariableRule {
    std::string_view decision;
    /// nullopt: nothing is to be said of the variable on this host.
    std::optional<VariableChoice> (*choose)(const knowledge::Variable& row, const VariableRequest& request) = nullptr;
};

/// A rank and the process that a line of the engine's log names for it.
struct SeenRank {
    int rank = 0;
    int pid = 0;
    bool operator==(const SeenRank&) const = default;
};

/// The place of a process in its layout, as its own name says it.
struct ProcessPlace {
    int data = 0;
    int stage = 0;
    int tensor = 0;
};

/// A process that the engine starts and cannot do without.
struct EngineProcess {
    std::string_view name;  ///< "Worker_PP1_TP0", "EngineCore"
    bool is_worker = false;
    ProcessPlace place;  ///< of a worker
};

/// What it takes to start an engine and to watch it.
struct EngineLaunch {
    std::span<const OwnedArgument> owned_arguments;
    std::string_view api_key_variable;  ///< empty: the engine reads no key from its environment
    std::string_view address_variable;  ///< the host's own address
    bool can_use_ray = false;           ///< a Ray cluster can span hosts instead of the engine itself
    bool starts_copies = false;         ///< one command starts all copies of data parallelism
    /// What of spec, release and layout this engine cannot start, with what would be right; empty: nothing. It is asked
    /// for the head, before any command line. nullptr: nothing is refused.
    std::string (*refusal)(const ServeCommand& command) = nullptr;
    CommandLine (*serve_command)(const ServeCommand& command) = nullptr;
    std::span<const VariableRule> (*variable_rules)() = nullptr;
    /// The place of a process among the engine's by its title, as `ps` shows it; nullopt: not one of the engine's own.
    std::optional<EngineProcess> (*process_of_title)(std::string_view title) = nullptr;
    /// The rank whose process a line of the log names; nullopt: the line names none.
    std::optional<SeenRank> (*rank_of_line)(std::string_view line) = nullptr;
    /// A number that differs between two texts of its /metrics when the engine has worked between them; nullopt: the
    /// text does not say. nullptr: no text does.
    std::optional<std::size_t> (*progress_of_metrics)(std::string_view text) = nullptr;
};

/// The rule "layers_of_stages": the layers of each pipeline stage, where they are not the engine's own split.
std::optional<VariableChoice> layers_of_stages(const knowledge::Variable& row, const VariableRequest& request);

/// As many layers for each stage; of those that are left over the last stage has all, or each of the stages before the
/// last `spared` ones has one, from the back.
std::vector<int> split_layers(std::int64_t layers, int stages, bool has_last_the_rest, int spared);

/// All that an engine's options are chosen from.
struct EngineRequest {
    const DeploymentSpec& spec;
    const ModelConfig& config;
    const Devices& devices;
    const EngineArguments& arguments;  ///< engine.extra_arguments
};

/// What one line of a log says of memory; unset: nothing.
struct MemoryLine {
    std::optional<int> tensor_parallel;
    std::optional<int> pipeline_parallel;
    std::optional<int> block_size;
    std::optional<int> rank;          ///< of the process that wrote the line
    std::optional<double> kv_tokens;  ///< that the process has room for
    std::optional<double> kv_blocks;  ///< the same in blocks
    std::optional<std::uint64_t> weights_bytes;
    std::optional<std::uint64_t> non_torch_bytes;
    std::optional<std::uint64_t> activation_bytes;
    std::optional<std::uint64_t> graph_bytes;
    std::optional<std::uint64_t> kv_cache_bytes;
    std::optional<std::uint64_t> torch_peak_bytes;  ///< weights and activations
    std::optional<std::uint64_t> consumed_bytes;    ///< weights and what torch does not count
};

/// How an engine's log accounts for memory.
struct EngineMemoryLog {
    /// The name of the process that wrote a line; empty: the line names none.
    std::string_view (*process_of)(std::string_view line) = nullptr;
    /// The rank that a process has by its name alone; nullopt: its place in the layout tells it, or nothing does.
    std::optional<int> (*rank_of_process)(std::string_view process) = nullptr;
    MemoryLine (*read)(std::string_view line) = nullptr;
};

/// "Worker_PP1_TP0", "DP0 TP3": the parts that a process's name has.
std::optional<ProcessPlace> place_of_process(std::string_view process);

/// A variable that the program in an engine's reader/ folder needs.
struct ReaderVariable {
    std::string_view name;
    std::string_view value;
};

struct EngineDefinition {
    std::string_view name;   ///< in the spec
    std::string_view title;  ///< in messages
    /// Names of the Python distributions that hold it; the first is the one that a remedy installs.
    std::span<const std::string_view> distributions;
    /// The variable that gives the layers of each pipeline stage; empty: the engine has none.
    std::string_view partition_variable;
    /// Completes options whose name and version are set.
    void (*choose_options)(const EngineRequest& request, EngineOptions& options) = nullptr;
    /// Layers of each stage where nobody gives them; there are as many layers as stages or more.
    std::vector<int> (*default_partition)(std::int64_t layers, int pipeline_parallel,
                                          const std::optional<Version>& version) = nullptr;
    /// The counter of its /metrics that grows with each preempted request; empty: none is known.
    std::string_view preemption_metric;
    EngineMemoryLog memory_log;
    /// Of the program that asks an installed engine about a layout (--from-engine); empty: there is no such program.
    std::span<const ReaderVariable> reader_variables;
    const EngineLaunch* launch = nullptr;  ///< nullptr: r1cluster forecasts this engine but does not start it
};

/// The version of the engine that is installed on a machine; unset: none, or none that reads as a version.
const std::string* installed_text(const EngineDefinition& engine, const Machine& machine);
std::optional<Version> installed_version(const EngineDefinition& engine, const Machine& machine);

}  // namespace r1cluster::detail
