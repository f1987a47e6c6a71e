// SPDX-License-Identifier: Apache-2.0
#include "plan/host_shares.hpp"

#include <algorithm>

namespace r1cluster::detail {

HostShares::HostShares(const std::vector<RankSeat>& seats, const Checkpoint& checkpoint) : checkpoint_(checkpoint) {
    for (const RankSeat& seat : seats) {
        const auto found = std::ranges::find(hosts, seat.host, &HostShards::host);
        const auto host = static_cast<std::size_t>(found - hosts.begin());
        if (found == hosts.end()) hosts.push_back({seat.host, {}, 0});
        seats_.push_back({host, seat.stage, seat.group_rank});
    }
    std::ranges::stable_sort(seats_, {}, &Seat::host);
}

std::vector<HostShares::Share> HostShares::shares_of(const SlicePattern& pattern, const StageSet& stages,
                                                     std::int32_t only_holder) const {
    std::vector<Share> shares;
    std::vector<std::uint64_t> seen;  // two slices are the same bytes or have none in common: where they begin tells it
    for (const Seat& seat : seats_) {
        if (!stages.contains(seat.stage) || (only_holder >= 0 && seat.group_rank != only_holder)) continue;
        const Slice& slice = pattern.slices[static_cast<std::size_t>(seat.group_rank)];
        if (slice.bytes() == 0) continue;
        if (shares.empty() || shares.back().host != seat.host) {
            shares.push_back({seat.host, 0});
            seen.clear();
        }
        if (std::ranges::find(seen, slice.offset_bytes) != seen.end()) continue;
        seen.push_back(slice.offset_bytes);
        shares.back().bytes += slice.bytes();
    }
    return shares;
}

void HostShares::add(const PlannedTensor& tensor, const SlicePattern& pattern, const StageSet& stages) {
    const auto [known, is_new] = known_.try_emplace({tensor.pattern, stages, tensor.only_holder});
    if (is_new) known->second = shares_of(pattern, stages, tensor.only_holder);
    for (const Share& share : known->second) {
        HostShards& host = hosts[share.host];
        const ShardFile& file = checkpoint_.files[tensor.file];
        if (host.files.empty() || host.files.back().file != file.name) {
            std::uint64_t file_bytes = 0;
            for (const Tensor& each : file.tensors) file_bytes += each.size_bytes;
            host.files.push_back({file.name, 0, file_bytes});
        }
        host.files.back().bytes += share.bytes;
        host.bytes += share.bytes;
    }
}

}  // namespace r1cluster::detail
