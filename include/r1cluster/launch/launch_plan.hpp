// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/config/settings.hpp"
#include "r1cluster/launch/runtime.hpp"
#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// A variable whose value is the content of a file on the host, read when the process starts, so that a
/// secret is in no argv, no log and no plan.
struct SecretVariable {
    std::string name;  ///< of the variable
    std::string file;  ///< on the host, whose content is the value
    bool operator==(const SecretVariable&) const = default;
};

/// A file that the guard writes for a process, with mode 0600, into "{state}/files".
struct LaunchFile {
    std::string name;                       ///< plain file name: "haproxy.cfg"
    std::string text;                       ///< what it begins with
    std::vector<std::string> copied_files;  ///< on the host, whose contents follow
    std::vector<std::string> secret_files;  ///< the same after them, of files that only their owner may read
    bool operator==(const LaunchFile&) const = default;
};

/// One process of the deployment, complete: nothing is added at start.
struct ProcessSpec {
    std::string name;  ///< "head", "worker-1", "proxy"; also the name of its log
    Runtime runtime;   ///< how it is executed
    /// Executed as it is, never by a shell. In an argument that begins with "{state}", and in a value of `env` that
    /// does, the guard replaces that by the deployment's state folder, whose path only the host knows.
    std::vector<std::string> argv;
    /// The complete environment, but for a short list that the guard passes on (PATH, HOME, ...).
    std::map<std::string, std::string> env;
    std::vector<SecretVariable> secrets;  ///< variables whose values the host reads from files
    std::vector<LaunchFile> files;        ///< that are written before the process starts
    std::vector<int> ranks;               ///< global ranks that live in this process or its children
    /// Command, run with the same environment again and again until it exits 0; only then the process
    /// starts. Empty: starts at once.
    std::vector<std::string> wait_for;
    /// On a stop by request this process first finishes what it has begun, see LaunchPlan::drain_s.
    bool is_drained = false;
    bool operator==(const ProcessSpec&) const = default;
};

/// A TCP port that a process of this host will bind.
struct LaunchPort {
    std::string address;  ///< that is bound
    int port = 0;         ///< TCP port number
    std::string purpose;  ///< what it is bound for
    bool operator==(const LaunchPort&) const = default;
};

/// What is started on one host.
struct HostLaunch {
    std::string host;                    ///< name in the spec
    std::string address;                 ///< by which its peers reach it
    std::vector<ProcessSpec> processes;  ///< in the order in which they start
    std::vector<LaunchPort> ports;       ///< that the processes bind
    bool operator==(const HostLaunch&) const = default;
};

/// When the deployment counts as ready: every rank's process is alive, and one token was generated.
struct Readiness {
    std::string host;          ///< that serves the API
    std::string address;       ///< of the engine itself, that a client on that host connects to
    int port = 0;              ///< of the engine itself
    std::string model;         ///< served name
    std::string api_key_file;  ///< on the host; empty: no key
    int ranks = 0;             ///< number of ranks that must be alive
    int timeout_s = 0;         ///< seconds from the start; then it has failed
    bool operator==(const Readiness&) const = default;
};

/// What is started where, how it is watched and how it is stopped.
struct LaunchPlan {
    std::string deployment;         ///< name of the spec
    std::string engine;             ///< name: "vllm"
    std::string engine_version;     ///< empty: unknown
    std::string backend;            ///< "mp" or "ray"
    Fate fate = Fate::service;      ///< what becomes of the processes when the controller goes away
    std::vector<HostLaunch> hosts;  ///< the first is the head
    Readiness readiness;            ///< when it counts as ready
    int guard_port = 0;             ///< on the head: guards of the other hosts keep a connection to it; 0: none
    /// On a stop by request of what is ready, processes with is_drained are sent SIGUSR1; all others are asked to end
    /// when one process has ended, or after this time. 0: all at once.
    int drain_s = 0;
    int grace_s = 10;                         ///< between the request to end and the end by force
    int lease_s = 20;                         ///< a peer not heard of for so long is lost, and the group ends
    std::uint64_t log_file_bytes = 16 << 20;  ///< a log is rotated at this size
    int log_files = 4;                        ///< and so many are kept
    std::vector<std::string> because;         ///< why it is started in this way

    const HostLaunch* find(std::string_view host) const;
    bool operator==(const LaunchPlan&) const = default;
};

/// The plan for this engine and version: an engine that spans hosts by itself starts one process a host, headless on
/// all but the head; older releases, or backend "ray", get a Ray cluster first. Throws Error (invalid_input) for an
/// engine, version or combination that cannot be.
LaunchPlan plan_launch(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout,
                       const Settings& settings, const Knowledge& knowledge = Knowledge::embedded());

/// For a terminal: every host's commands, as one could type them.
std::string show(const LaunchPlan& plan);

}  // namespace r1cluster
