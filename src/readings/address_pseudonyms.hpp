// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r1cluster::detail {

/// Replaces IP addresses by pseudonyms that preserve subnets: two pseudonyms share exactly as many leading bits as
/// the two real addresses. Private addresses stay in their private range and public addresses stay public. Loopback,
/// unspecified and multicast addresses and netmasks are not replaced.
///
/// The bits depend only on the order of first appearance, so a pseudonym reveals nothing of the real network. The last
/// eight bits are kept, because they distinguish gateway, network and broadcast addresses from hosts.
class AddressPseudonyms {
public:
    /// The pseudonym of an IPv4 or IPv6 address, or the address itself if it is not replaced.
    std::string of(const std::string& address);

    bool knows(const std::string& address) const { return known_.contains(address); }

    int ipv4_count() const { return ipv4_count_; }
    int ipv6_count() const { return ipv6_count_; }

private:
    using Bits = std::array<std::uint8_t, 16>;
    struct Node {
        std::array<int, 2> children{-1, -1};
        bool bit_of_zero = false;  ///< the real bit that becomes 0 in the pseudonym
    };
    Bits follow(std::string_view range, const Bits& real, int kept_bits, int total_bits);
    std::string ipv4(const std::string& address, const Bits& real);
    std::string ipv6(const std::string& address, const Bits& real);
    std::uint8_t public_octet(std::uint8_t real);

    std::map<std::string, std::string> known_;
    std::map<std::string, std::vector<Node>, std::less<>> trees_;
    std::map<std::uint8_t, std::uint8_t> public_octets_;
    int ipv4_count_ = 0;
    int ipv6_count_ = 0;
};

}  // namespace r1cluster::detail
