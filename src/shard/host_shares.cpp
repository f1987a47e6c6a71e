// SPDX-License-Identifier: Apache-2.0
#include "shard/host_shares.hpp"

#include <algorithm>

namespace r1cluster::detail {

HostShares::HostShares(const std::vector<RankPosition>& positions) {
    for (const RankPosition& position : positions) {
        const auto found = std::ranges::find(hosts, position.host, &HostShards::host);
        const auto host = static_cast<std::size_t>(found - hosts.begin());
        if (found == hosts.end()) hosts.push_back({position.host, {}, 0});
        positions_.push_back({host, position.stage, position.group_rank});
    }
    std::ranges::stable_sort(positions_, {}, &Position::host);
    last_file_.resize(hosts.size());
}

HostShares::Shares HostShares::added_up(const SlicePattern& pattern, const StageSet& stages,
                                        std::int32_t only_holder) const {
    Shares shares;
    std::vector<std::uint64_t> seen;  // two slices are the same bytes or have none in common: where they begin tells it
    for (const Position& position : positions_) {
        if (!stages.contains(position.stage) || (only_holder >= 0 && position.group_rank != only_holder)) continue;
        const Slice& slice = pattern.slices[static_cast<std::size_t>(position.group_rank)];
        if (slice.bytes() == 0) continue;
        if (shares.empty() || shares.back().host != position.host) {
            shares.push_back({position.host, 0});
            seen.clear();
        }
        if (std::ranges::find(seen, slice.offset_bytes) != seen.end()) continue;
        seen.push_back(slice.offset_bytes);
        shares.back().bytes += slice.bytes();
    }
    return shares;
}

const HostShares::Shares& HostShares::shares_of(std::uint32_t pattern_index, const SlicePattern& pattern,
                                                const StageSet& stages, std::int32_t only_holder) {
    const auto [known, is_new] = known_.try_emplace({pattern_index, stages, only_holder});
    if (is_new) known->second = added_up(pattern, stages, only_holder);
    return known->second;
}

void HostShares::add(const ShardFile& file, const Shares& shares, std::uint64_t count) {
    for (const Share& share : shares) {
        HostShards& host = hosts[share.host];
        if (last_file_[share.host] != &file) {
            last_file_[share.host] = &file;
            host.files.push_back({file.name, 0, file.tensors.size_bytes()});
        }
        host.files.back().bytes += count * share.bytes;
        host.bytes += count * share.bytes;
    }
}

}  // namespace r1cluster::detail
