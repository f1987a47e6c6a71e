// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checkpoints made from the published shapes of real models: headers and index as the hub has them,
/// no weights.

#include <string>
#include <vector>

#include "host/example/deepseek_r1.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::test {

using detail::NamedShape;

/// config.json of DeepSeek-R1, without what nobody reads here.
extern const char* const r1_config;
/// config.json of DeepSeek-R1-Distill-Llama-70B.
extern const char* const llama_70b_config;

std::vector<NamedShape> r1_tensors();
std::vector<NamedShape> llama_tensors(std::uint64_t layers, std::uint64_t hidden, std::uint64_t intermediate,
                                      std::uint64_t kv_rows, std::uint64_t vocabulary);

/// Files of at most about `file_bytes` of tensors, their headers, and the index.
CheckpointText checkpoint_text(const std::vector<NamedShape>& tensors, const std::string& config,
                               std::uint64_t file_bytes, const std::string& path);

/// The same without going through text, which takes seconds for R1 in a debug build.
Checkpoint checkpoint_of(const std::vector<NamedShape>& tensors, const std::string& config, std::uint64_t file_bytes,
                         const std::string& path);

/// All 91,991 tensors of R1; made once.
const Checkpoint& r1();
/// R1 as AWQ writes it: 4 bits, groups of 128 with zero points, every matrix but the ends and the routers, and no layer
/// that predicts further tokens.
const Checkpoint& r1_awq();
const Checkpoint& llama_70b();

/// A shard whose header is this text, and whose size is what `data_bytes` of tensors make.
ShardText shard_text(const std::string& name, const std::string& header, std::uint64_t data_bytes);

/// The message of the Error that `call` throws; "" where it throws none.
template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace r1cluster::test
