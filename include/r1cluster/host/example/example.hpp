// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/readings/recording.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// A deployment to try every step on without a GPU: DeepSeek-R1 on two hosts, each with eight H100 (80 GB), NVSwitches
/// and eight 400 Gb/s InfiniBand ports. No machine said this: the hosts are described by hand, from published figures.
/// The headers of the checkpoint are generated from the shapes of DeepSeek-R1 as it is published: 91,991 tensors in
/// 163 files. Nothing is read and nothing depends on this machine.

/// cluster.toml of the example, with comments.
std::string example_spec_text();

/// The same as a value.
DeploymentSpec example_spec();

/// What the two hosts answer when example_spec() is read.
Recording example_recording();

/// The names below the folder that write_example() makes.
inline constexpr const char* example_spec_file = "cluster.toml";
inline constexpr const char* example_recording_folder = "recording";

/// Writes example_spec_text() to FOLDER/cluster.toml and example_recording() to FOLDER/recording, about 20 MB. Makes
/// the folder, and those above it, where they do not exist. Throws Error (invalid_input) if the folder is not empty,
/// Error (system) if it cannot be written; then nothing of the example stays behind.
void write_example(const std::string& folder);

}  // namespace r1cluster
