// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/arguments.hpp"
#include "engine/devices.hpp"
#include "r1cluster/engine/engine.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {

/// An engine with the row of the tables that says how it takes memory.
struct EngineOptions : Engine {
    const knowledge::EngineMemory* memory = nullptr;
    const Knowledge* knowledge = nullptr;  ///< the tables that the row is of

    /// Whether its release has a feature.
    bool has(knowledge::EngineFeature feature) const { return knowledge->engine(name).has(feature, version); }
};

/// The row of this engine's name, runner and version. Throws Error (invalid_input) for an engine without rows.
const knowledge::EngineMemory& memory_of(const Engine& engine, const Knowledge& knowledge);

struct EngineRequest;

/// Flags that engines spell differently, and the share of device memory where nothing is said.
struct OptionFlags {
    std::string_view memory_share;
    std::string_view max_model_len;
    std::string_view max_batched_tokens;
    std::string_view max_sequences;
    std::string_view block_size;
    std::string_view eager;
    double default_share = 0;
};

/// What every engine takes from the spec alike: dtypes, share of memory, limits of a request.
void choose_common_options(const EngineRequest& request, const OptionFlags& flags, EngineOptions& options);

/// Requests and tokens of one step, unless the spec or a flag says otherwise.
struct BatchDefaults {
    std::int64_t tokens;
    std::int64_t sequences;
};
void choose_batch(const EngineRequest& request, const OptionFlags& flags, const BatchDefaults& defaults,
                  EngineOptions& options);
void choose_block_size(const EngineRequest& request, const OptionFlags& flags, std::int64_t otherwise,
                       EngineOptions& options);

/// What the spec sets in the environment of every host; empty: nothing.
std::string environment(const DeploymentSpec& spec, const std::string& name);

/// Whether the device was seen to have less than the table of the engine asks for in bfloat16.
bool lacks_bfloat16(const Device& device, const EngineOptions& options);
std::uint64_t least_memory(const Devices& devices);

template <class Holds>
bool is_any(const Devices& devices, Holds holds) {
    for (const HostDevices& host : devices.hosts) {
        for (const Device& device : host.devices) {
            if (holds(device)) return true;
        }
    }
    return false;
}

}  // namespace r1cluster::detail
