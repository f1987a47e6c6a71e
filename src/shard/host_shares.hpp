// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "shard/sharding.hpp"

namespace r1cluster::detail {

/// The stages that read a tensor: `first` and `last`, and those between where `is_all`.
struct StageSet {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool is_all = false;

    std::uint32_t count() const { return is_all ? last - first + 1 : first == last ? 1 : 2; }
    bool contains(std::uint32_t stage) const {
        return stage == first || stage == last || (is_all && first < stage && stage < last);
    }
    auto operator<=>(const StageSet&) const = default;
};

/// Adds up what each host needs of each file, bytes that several of its ranks read once.
class HostShares {
public:
    explicit HostShares(const std::vector<RankPosition>& positions);

    struct Share {
        std::size_t host;
        std::uint64_t bytes;
    };
    using Shares = std::vector<Share>;

    /// What each host needs of a tensor of this pattern. Stays where it is.
    const Shares& shares_of(std::uint32_t pattern_index, const SlicePattern& pattern, const StageSet& stages,
                            std::int32_t only_holder);
    /// For `count` such tensors of a file. Files must come in their order.
    void add(const ShardFile& file, const Shares& shares, std::uint64_t count);

    std::vector<HostShards> hosts;

private:
    struct Position {
        std::size_t host;
        std::uint32_t stage;
        std::int32_t group_rank;
    };
    Shares added_up(const SlicePattern& pattern, const StageSet& stages, std::int32_t only_holder) const;

    std::vector<Position> positions_;          ///< those of a host together
    std::vector<const ShardFile*> last_file_;  ///< that each host had something of
    std::map<std::tuple<std::uint32_t, StageSet, std::int32_t>, Shares> known_;
};

}  // namespace r1cluster::detail
