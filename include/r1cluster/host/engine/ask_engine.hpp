// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/host/options.hpp"
#include "r1cluster/readings/readings.hpp"
#include "r1cluster/shard/engine_plan.hpp"

namespace r1cluster {

/// Functions that ask an installed engine. Each blocks until the engine's process has ended; any thread may call it,
/// several at once. It installs no signal handler, and ends early by is_cancelled or `timeout_s`.

/// What an installed engine is asked: how it would read this checkpoint in this layout. Of the layout count
/// the sizes, the host of each rank, and layers_per_stage where they are not the engine's own.
struct EngineQuestion {
    CheckpointText checkpoint;  ///< that the engine is asked about
    Layout layout;              ///< that the engine is asked about
    bool operator==(const EngineQuestion&) const = default;
};

/// Asks the engine of an environment on this machine: a folder with bin/python, or the interpreter itself. It
/// needs no GPU, no weights and no network: the engine makes the model of each rank without memory for it, from the
/// headers alone, and its own loaders say which bytes they want. All questions go to one process, because to
/// import the engine takes longer than to answer; it has 2 GB of memory at its largest, and an end with this call.
///
/// A model that the engine refuses is an answer: EnginePlan::refusal. Throws Error: not_found or unavailable
/// (no such interpreter, no engine in it), timed_out after `timeout_s` for all, interrupted, invalid_input for a
/// checkpoint that is not whole.
std::vector<EnginePlan> ask_engine_all(const std::string& environment, const std::vector<EngineQuestion>& questions,
                                       const HostOptions& options = {}, int timeout_s = 1800);

/// The answer to one question; a refusal is thrown as Error (invalid_input) in the engine's words.
EnginePlan ask_engine(const std::string& environment, const EngineQuestion& question, const HostOptions& options = {},
                      int timeout_s = 1800);

}  // namespace r1cluster
