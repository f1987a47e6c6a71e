// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "r1cluster/host/options.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// Functions that read checkpoints. Each blocks until it is done; any thread may call it, several at once. It installs
/// no signal handler, and ends early by is_cancelled or its time limits.

/// Options for reading a checkpoint from a hub, a cache or a server.
struct CheckpointOptions {
    std::string revision;    ///< branch, tag or commit of a hub; empty: "main"
    std::string token_file;  ///< file with a token for the server, readable only by you; empty: none
    std::string ca_file;     ///< PEM certificates; empty: those of the system
    int timeout_s = 30;      ///< for one response, plus 10 s for each MB
    int connections = 8;     ///< number of parallel connections to the server
    std::function<void(const Progress&)> on_progress;  ///< called on the calling thread
    std::function<bool()> is_cancelled;                ///< polled ten times per second; true: Error (interrupted)
};

/// Reads the small files and the shard headers of a checkpoint, but no weights. `path` is
/// - a folder with config.json and *.safetensors;
/// - a Hugging Face cache: a snapshot, the models--ORG--NAME folder, or CACHE/ORG/NAME for CACHE/models--ORG--NAME;
/// - an http:// or https:// URL of such a folder, or of HOST/ORG/NAME of a hub, with files below resolve/REVISION.
///   The server must support Range requests. At most 5 redirects are followed; the token is sent only to the first
///   server, and only over https or to this machine.
/// A link that leads out of the folder (in a cache: out of models--ORG--NAME) is refused. Throws Error
/// (not_found, invalid_input; for a server also unavailable, timed_out, interrupted).
CheckpointText read_checkpoint(const std::string& path, const CheckpointOptions& options = {});

/// Reads and parses a checkpoint without keeping its headers; for local paths one header is in memory at a time. Use it
/// when you need no recording. Throws what read_checkpoint() and parse_checkpoint() throw.
Checkpoint read_model(const std::string& path, const CheckpointOptions& options = {});

}  // namespace r1cluster
