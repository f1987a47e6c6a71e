// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/base/version.hpp"
#include "r1cluster/plan/layout.hpp"

namespace r1cluster {

struct RankShards {
    int rank = 0;
    std::vector<Slice> slices;  ///< ordered by file, then offset
    std::uint64_t bytes = 0;
    bool operator==(const RankShards&) const = default;
};

/// Bytes of one file that a host needs, all of its ranks together.
struct FileShare {
    std::string file;
    std::uint64_t bytes = 0;
    std::uint64_t file_bytes = 0;  ///< of tensors in the file
    bool operator==(const FileShare&) const = default;
};

struct HostShards {
    std::string host;
    std::vector<FileShare> files;  ///< only files of which it needs something
    std::uint64_t bytes = 0;
    bool operator==(const HostShards&) const = default;
};

/// Which bytes of the checkpoint go where.
struct ShardPlan {
    std::vector<RankShards> ranks;
    std::vector<HostShards> hosts;
    bool operator==(const ShardPlan&) const = default;
};

/// Exact, from the headers alone, for this version of the engine or the newest that is known.
ShardPlan shard(const Layout& layout, const Checkpoint& checkpoint,
                const std::optional<Version>& engine = std::nullopt);

}  // namespace r1cluster
