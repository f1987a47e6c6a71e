// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "r1cluster/host/options.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// How a checkpoint is read that is not simply a folder.
struct CheckpointOptions {
    std::string revision;    ///< of a hub: branch, tag or commit; empty: "main"
    std::string token_file;  ///< holds a token for the server, and nobody else may read it; empty: no token
    std::string ca_file;     ///< PEM certificates to trust instead of the system's; empty: the system's
    int timeout_s = 30;      ///< for one answer, and 10 s more for each MB of it
    int connections = 8;     ///< to the server at a time
    std::function<void(const Progress&)> on_progress;  ///< called on the calling thread
    std::function<bool()> is_cancelled;                ///< polled ten times a second; true: Error (interrupted)
};

/// The small files and shard headers of a checkpoint; of its weights nothing is read. `path` is
/// - a folder with config.json and *.safetensors;
/// - a hub's cache: a snapshot, the models--ORG--NAME folder, or CACHE/ORG/NAME for CACHE/models--ORG--NAME;
/// - http:// or https://, the folder of these files, or HOST/ORG/NAME of a hub, whose files are below resolve/REVISION.
///   The server must answer Range requests. Redirects are followed, at most 5; the token goes to the first server
///   only, and only over https or to this machine.
/// A file that a link leads out of the folder (of a cache: out of models--ORG--NAME) is refused. Throws Error
/// (not_found, invalid_input; of a server also unavailable, timed_out, interrupted).
CheckpointText read_checkpoint(const std::string& path, const CheckpointOptions& options = {});

/// parse_checkpoint() of these texts, without keeping them: of a folder or a cache, one header at a time is in memory.
/// For who wants the model and no recording of it. Throws as both do.
Checkpoint read_model(const std::string& path, const CheckpointOptions& options = {});

}  // namespace r1cluster
