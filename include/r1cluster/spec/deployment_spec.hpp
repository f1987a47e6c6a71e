// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/spec/goal.hpp"

namespace r1cluster {

/// How the agent on a host is reached.
enum class Transport {
    ssh,    ///< the system's ssh, with the user's own configuration
    local,  ///< a child process of the caller, on this machine
};

std::string_view to_text(Transport transport);

/// What happens to the engine's processes when the controller ends.
enum class Fate {
    service,   ///< they continue, and another controller can take over
    attached,  ///< they end with the controller
};

std::string_view to_text(Fate fate);

/// How the engine's processes are executed.
enum class RuntimeKind {
    process,  ///< child processes of the guard, in one cgroup per deployment
    docker,   ///< containers of a Docker daemon
    podman,   ///< containers of Podman, which has no daemon
};

std::string_view to_text(RuntimeKind runtime);

/// When an image is fetched.
enum class Pull {
    missing,  ///< where the host does not have the image
    never,    ///< the host must have the image, or `ContainerSpec::archive`
};

std::string_view to_text(Pull pull);

/// One machine of the deployment, or one part of a machine.
struct HostSpec {
    std::string name;                        ///< in r1cluster's output; letters, digits, '.', '_' and '-'; unique
    std::string address;                     ///< IP address or name by which the *other hosts* reach it
    std::string ssh;                         ///< ssh destination ("user@host" or an alias); default: address
    Transport transport = Transport::ssh;    ///< how its agent is reached
    std::string python;                      ///< engine's Python on this host; default: [engine] python
    std::string interface;                   ///< network interface to use; default: found by route to the peers
    std::optional<std::vector<int>> gpus;    ///< NVML indices to use; default: all
    std::map<std::string, std::string> env;  ///< overrides for this host's engine processes
    std::optional<RuntimeKind> runtime;  ///< instead of ContainerSpec::runtime; only beside DeploymentSpec::container
    bool operator==(const HostSpec&) const = default;
};

/// Which checkpoint is served, and under which name.
struct ModelSpec {
    std::string path;         ///< folder of the checkpoint, the same on every host
    std::string served_name;  ///< name in the API; default: last component of path
    bool operator==(const ModelSpec&) const = default;
};

/// Key/value cache of a rank on the CPU where the spec says nothing: there is no device memory to fill.
inline constexpr std::uint64_t default_cpu_kv_cache_bytes = std::uint64_t{1} << 30;

/// The image that holds the engine, and what its containers get beyond what r1cluster gives them by itself: the host's
/// network, GPUs, InfiniBand devices where the host has some, the checkpoint (read-only) and a volume for caches.
struct ContainerSpec {
    RuntimeKind runtime = RuntimeKind::docker;          ///< docker or podman
    std::string image;                                  ///< "vllm/vllm-openai:v0.11.1", or by digest: "NAME@sha256:..."
    std::string archive;                                ///< file on every host, as `docker save` writes it; empty: none
    Pull pull = Pull::missing;                          ///< when the image is fetched from its registry
    std::uint64_t shm_bytes = std::uint64_t{16} << 30;  ///< size of /dev/shm in each container
    std::vector<std::string> mounts;   ///< "/HOST/PATH:/CONTAINER/PATH", with ":ro" behind it where it is read-only
    std::vector<std::string> options;  ///< further options of `docker create` and `podman create`
    std::string program;               ///< executable of Docker or Podman; default: the one that is found on each host
    bool operator==(const ContainerSpec&) const = default;
};

/// The engine, and how it is started.
struct EngineSpec {
    std::string name;     ///< in small letters; empty: the first engine that r1cluster can start
    std::string version;  ///< version that every host must have; empty: whatever they have in common
    std::string python;   ///< interpreter of the engine's environment, the same path on every host, or in the image
    std::string backend;  ///< "mp" or "ray"; empty: mp where the engine version has it
    std::vector<std::string> extra_arguments;  ///< appended to the engine's command line
    std::optional<double>
        gpu_memory_utilization;  ///< share of device memory the engine may take; unset: its own choice
    std::optional<std::uint64_t>
        kv_cache_bytes;          ///< per rank; default: what remains (GPU), default_cpu_kv_cache_bytes (CPU)
    int start_timeout_s = 1800;  ///< from first process to first token
    std::string dtype;           ///< "bfloat16", "float16"; empty: the model's, or float16 where a GPU has no bfloat16
    std::string kv_cache_dtype;  ///< "fp8", "bfloat16", ...; empty: dtype
    std::optional<std::int64_t> max_batched_tokens;  ///< of one step; default: the engine's own
    std::optional<std::int64_t> max_sequences;       ///< requests of one step; default: the engine's own
    bool is_eager = false;                           ///< no compilation and no CUDA graphs
    int speculative_tokens = 0;                      ///< drafted by the model's own next-token layers (MTP); 0: none
    bool operator==(const EngineSpec&) const = default;
};

/// The reverse proxy in front of the engine: the only way in from another host. It asks every request for the key, and
/// lets through what a list of paths allows. docs/spec.md says what each field means for a client.
struct ProxySpec {
    std::string program;               ///< HAProxy's executable on the head host; default: the one that is found there
    std::string tls_certificate_file;  ///< PEM with its chain, on the head host; empty: nothing is encrypted
    std::string tls_key_file;          ///< PEM, on the head host, that only its owner may read
    std::vector<std::string> allowed_paths;  ///< instead of the engine's list; each as a request names it, "/v1/models"
    std::uint64_t max_request_bytes = std::uint64_t{16} << 20;  ///< of the body of one request
    int max_connections = 1024;                                 ///< at the same time, of all clients together
    std::optional<int> max_connections_per_client;              ///< at the same time, of one address; unset: no limit
    std::optional<int> max_requests_per_minute;                 ///< of one address; unset: no limit
    int answer_timeout_s = 3600;  ///< for so long the engine may say nothing, between a request and its last byte
    int drain_s = 10;             ///< when the deployment is ended, requests that run get so long to finish
    bool operator==(const ProxySpec&) const = default;
};

/// Where the head host listens for requests.
struct ServeSpec {
    std::string address = "127.0.0.1";          ///< where the head host listens for requests
    int port = 8000;                            ///< TCP port of the API
    std::optional<std::int64_t> max_model_len;  ///< tokens; default: the model's own limit
    std::string api_key_file;                   ///< on the head host; empty: no key
    std::optional<Goal> goal;                   ///< what plan_layouts() orders the layouts by; default: latency
    bool is_unprotected = false;  ///< the engine itself listens at `address`, even where other hosts reach it
    std::optional<ProxySpec>
        proxy;  ///< set by validated() where other hosts reach `address`; unset: the engine listens
    bool operator==(const ServeSpec&) const = default;
};

/// Sizes that the user demands; plan_layouts() chooses those that are unset.
struct LayoutSpec {
    std::optional<int> tensor_parallel;                ///< unset: chosen
    std::optional<int> pipeline_parallel;              ///< unset: chosen
    std::optional<std::vector<int>> layers_per_stage;  ///< unset: chosen
    std::optional<int> data_parallel;                  ///< unset: chosen
    std::optional<bool> expert_parallel;               ///< unset: chosen
    std::optional<int> decode_context_parallel;        ///< unset: chosen
    bool operator==(const LayoutSpec&) const = default;
};

/// What the user asks for: the content of cluster.toml, or a value built in code.
struct DeploymentSpec {
    std::string name;                        ///< identifies the deployment on its hosts; default: served name
    Fate fate = Fate::service;               ///< what becomes of the processes when the controller goes away
    std::vector<HostSpec> hosts;             ///< the first one is the head: it serves the API
    ModelSpec model;                         ///< which checkpoint is served
    EngineSpec engine;                       ///< the engine and its options
    std::optional<ContainerSpec> container;  ///< unset: the engine is a Python environment of each host
    ServeSpec serve;                         ///< where requests are taken
    LayoutSpec layout;                       ///< what is demanded of the layout; unset parts are chosen
    std::map<std::string, std::string>
        env;  ///< environment on every host; kept even if r1cluster would choose another value
    bool operator==(const DeploymentSpec&) const = default;
};

/// Reads cluster.toml. Unknown keys, wrong types, impossible values and a missing part are an Error
/// (invalid_input) that leads with `source:line:column:`. Defaults are filled in.
DeploymentSpec parse_spec(std::string_view text, std::string_view source = "cluster.toml");

/// The rules that parse_spec applies beyond syntax, for a spec built by hand: names, addresses,
/// port ranges, duplicates. Fills in the defaults; throws Error (invalid_input).
DeploymentSpec validated(DeploymentSpec spec);

/// The TOML form; parse_spec(to_toml(spec)) == spec for every validated spec.
std::string to_toml(const DeploymentSpec& spec);

/// A commented cluster.toml for these ssh destinations ("user@host", "alias", or "local"), ready to
/// be filled in.
std::string init(const std::vector<std::string>& hosts);

}  // namespace r1cluster
