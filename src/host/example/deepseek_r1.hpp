// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// A tensor of a safetensors file, before it has a place in it.
struct NamedShape {
    std::string name;
    std::string dtype;                 ///< "BF16", "F32", "F8_E4M3"
    std::vector<std::uint64_t> shape;  ///< outermost first
};

/// The 91,991 tensors of DeepSeek-R1 in the order of its layers: names, dtypes and shapes as its config.json and the
/// transformers module of DeepSeek-V3 give them, one scale (F32) for each block of 128 x 128 of an FP8 matrix.
std::vector<NamedShape> deepseek_r1_tensors();

/// The same in 163 files as they are published: the embedding and layers 0 to 2 in the first file, the head and layer
/// 61 in the last four, and what is between them in files of about equal size.
std::vector<std::vector<NamedShape>> deepseek_r1_files();

/// The text of DeepSeek-R1's config.json, as it is published.
std::string_view deepseek_r1_config();

/// What is read of a folder `path` that holds DeepSeek-R1: config.json, the index, and 163 headers.
CheckpointText deepseek_r1_text(const std::string& path);

}  // namespace r1cluster::detail
