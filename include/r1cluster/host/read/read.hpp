// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/host/hosts.hpp"
#include "r1cluster/readings/recording.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// Functions that read hosts and recordings. Each blocks until it is done; any thread may call it, several at once, and
/// calls on one Hosts take turns. It installs no signal handler; with hosts it ends early by is_cancelled alone.

/// What one host is asked.
struct ReadRequest {
    std::string host;                ///< name that the readings will bear
    std::string model_path;          ///< empty: no checkpoint
    std::string python;              ///< engine's interpreter; empty: no engine
    std::string python_path;         ///< PYTHONPATH of the engine's processes
    std::vector<std::string> peers;  ///< addresses to route to
    std::vector<std::string> names;  ///< host names to resolve
    std::vector<std::string> paths;  ///< folders whose file systems matter
    std::string proxy;  ///< executable of HAProxy, or "haproxy" to look for it in the usual folders; empty: not needed
    std::string image;  ///< that holds the engine; empty: `python` is on the host
    std::string container_program;               ///< "docker", "podman", or a path; of the image
    std::vector<std::string> container_options;  ///< of `run`, with which the engine is found: mounts
    bool operator==(const ReadRequest&) const = default;
};

/// Reads this machine, in this process. Never throws for what it cannot see.
Readings read_this_host(const ReadRequest& request);

/// Reads every host of the spec in parallel, then tries the paths between them. A host that cannot be
/// reached is in the result with the reason; only an interruption is thrown.
Recording read(Hosts& hosts);
Recording read(const DeploymentSpec& spec, const HostOptions& options = {});

/// Reads this machine alone, without a spec.
Readings discover();

/// A recording as a folder on disk. save refuses a folder that exists and is not empty; it writes beside
/// it first, so that a half-written recording never bears the name.
void save_recording(const Recording& recording, const std::string& folder);
/// A folder that save_recording wrote; or a file or folder of other tools (see import.hpp), which becomes one host,
/// named after it. Throws Error.
Recording load_recording(const std::string& path);

}  // namespace r1cluster
