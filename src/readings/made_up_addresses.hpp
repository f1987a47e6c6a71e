// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r1cluster::detail {

/// Made-up IP addresses that keep what matters about the real ones: two addresses share exactly as many
/// leading bits after as before, so the same subnets stay the same; private stays private (each range in
/// itself), public stays public; loopback, unspecified, multicast and netmasks stay as they are.
///
/// The bits follow the order of first appearance, so nothing of the real network is in the made-up one. The
/// last eight bits stay: they tell a gateway, a network and a broadcast address from a host.
class MadeUpAddresses {
public:
    /// For a text that is an IPv4 or IPv6 address; its made-up form, or the text itself where it stays.
    std::string of(const std::string& address);

    bool knows(const std::string& address) const { return known_.contains(address); }

    int ipv4_count() const { return ipv4_count_; }
    int ipv6_count() const { return ipv6_count_; }

private:
    using Bits = std::array<std::uint8_t, 16>;
    struct Node {
        std::array<int, 2> children{-1, -1};
        bool bit_of_zero = false;  ///< the real bit that is 0 in the made-up address
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
