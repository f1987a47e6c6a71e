// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "plan/sharding.hpp"

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
    HostShares(const std::vector<RankSeat>& seats, const Checkpoint& checkpoint);

    /// Tensors must come in the order of their files.
    void add(const PlannedTensor& tensor, const SlicePattern& pattern, const StageSet& stages);

    std::vector<HostShards> hosts;

private:
    struct Seat {
        std::size_t host;
        std::uint32_t stage;
        std::int32_t group_rank;
    };
    struct Share {
        std::size_t host;
        std::uint64_t bytes;
    };

    std::vector<Share> shares_of(const SlicePattern& pattern, const StageSet& stages, std::int32_t only_holder) const;

    const Checkpoint& checkpoint_;
    std::vector<Seat> seats_;  ///< those of a host together
    std::map<std::tuple<std::uint32_t, StageSet, std::int32_t>, std::vector<Share>> known_;
};

}  // namespace r1cluster::detail
