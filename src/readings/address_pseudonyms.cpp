// SPDX-License-Identifier: Apache-2.0
#include "readings/address_pseudonyms.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace r1cluster::detail {
namespace {

using Bits = std::array<std::uint8_t, 16>;

bool bit(const Bits& bits, int n) {
    return (static_cast<unsigned>(bits[static_cast<std::size_t>(n / 8)]) >> (7U - static_cast<unsigned>(n) % 8U)) & 1U;
}

void flip(Bits& bits, int n) {
    auto& byte = bits[static_cast<std::size_t>(n / 8)];
    byte = static_cast<std::uint8_t>(byte ^ (0x80U >> (static_cast<unsigned>(n) % 8U)));
}

std::string to_text(int family, const Bits& bits) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bits.data(), text.data(), text.size());
    return text.data();
}

/// First octets whose addresses are all special: private, carrier-grade NAT, loopback, link-local, test.
bool is_special_octet(unsigned octet) {
    constexpr std::array special{0, 10, 100, 127, 169, 172, 192, 198, 203};
    return octet >= 224 || std::find(special.begin(), special.end(), static_cast<int>(octet)) != special.end();
}

/// Leading bits of the private range that a real IPv4 address is in; 0: public.
int private_bits(const Bits& a) {
    if (a[0] == 10) return 8;
    if (a[0] == 172 && (a[1] & 0xF0) == 16) return 12;
    if ((a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254)) return 16;
    if (a[0] == 100 && (a[1] & 0xC0) == 64) return 10;
    return 0;
}

}  // namespace

/// Walks the tree of one address range from the kept bits down to the last eight. Each node turns the bit that
/// it sees first into 0 and the other one into 1, so common prefixes stay common; the topmost one inverts,
/// so that no address stands for itself.
AddressPseudonyms::Bits AddressPseudonyms::follow(std::string_view range, const Bits& real, int kept_bits,
                                                  int total_bits) {
    auto tree = trees_.find(range);
    if (tree == trees_.end()) tree = trees_.emplace(std::string(range), std::vector<Node>{{{-1, -1}, true}}).first;
    std::vector<Node>& nodes = tree->second;
    Bits pseudonym = real;
    std::size_t at = 0;
    for (int n = kept_bits; n < total_bits - 8; ++n) {
        const bool real_bit = bit(real, n);
        if (real_bit != (real_bit != nodes[at].bit_of_zero)) flip(pseudonym, n);
        int& child = nodes[at].children[real_bit ? 1 : 0];
        if (child >= 0) {
            at = static_cast<std::size_t>(child);
            continue;
        }
        child = static_cast<int>(nodes.size());
        at = nodes.size();
        nodes.push_back({{-1, -1}, bit(real, n + 1)});
    }
    return pseudonym;
}

std::uint8_t AddressPseudonyms::public_octet(std::uint8_t real) {
    const auto found = public_octets_.find(real);
    if (found != public_octets_.end()) return found->second;
    unsigned candidate = 11;
    const auto is_taken = [&](unsigned octet) {
        return std::any_of(public_octets_.begin(), public_octets_.end(),
                           [&](const auto& pair) { return pair.second == octet; });
    };
    while (candidate < 223 && (is_special_octet(candidate) || candidate == real || is_taken(candidate))) ++candidate;
    return public_octets_[real] = static_cast<std::uint8_t>(candidate);
}

std::string AddressPseudonyms::ipv4(const std::string& address, const Bits& real) {
    if (real[0] == 0 || real[0] == 127 || real[0] >= 224) return address;
    ++ipv4_count_;
    if (const int kept = private_bits(real); kept > 0) {
        return to_text(AF_INET, follow(fmt::format("4/{}.{}", real[0], kept), real, kept, 32));
    }
    Bits pseudonym = follow(fmt::format("4/{}", real[0]), real, 8, 32);
    pseudonym[0] = public_octet(real[0]);
    return to_text(AF_INET, pseudonym);
}

std::string AddressPseudonyms::ipv6(const std::string& address, const Bits& real) {
    const bool is_mapped = std::all_of(real.begin(), real.begin() + 10, [](auto byte) { return byte == 0; }) &&
                           real[10] == 0xFF && real[11] == 0xFF;
    if (is_mapped) {
        Bits last{};
        std::copy(real.begin() + 12, real.end(), last.begin());
        return "::ffff:" + ipv4(to_text(AF_INET, last), last);
    }
    const bool is_low = std::all_of(real.begin(), real.begin() + 15, [](auto byte) { return byte == 0; });
    if ((is_low && real[15] <= 1) || real[0] == 0xFF) return address;
    ++ipv6_count_;
    if (real[0] == 0xFE && (real[1] & 0xC0) == 0x80) return to_text(AF_INET6, follow("6/fe80", real, 64, 128));
    if ((real[0] & 0xFE) == 0xFC) return to_text(AF_INET6, follow(fmt::format("6/{}", real[0]), real, 8, 128));
    return to_text(AF_INET6, follow(fmt::format("6/{}", real[0] >> 5U), real, 3, 128));
}

std::string AddressPseudonyms::of(const std::string& address) {
    const auto found = known_.find(address);
    if (found != known_.end()) return found->second;
    Bits real{};
    std::string pseudonym = address;
    if (inet_pton(AF_INET, address.c_str(), real.data()) == 1) {
        pseudonym = ipv4(address, real);
    } else if (inet_pton(AF_INET6, address.c_str(), real.data()) == 1) {
        pseudonym = ipv6(address, real);
    }
    return known_[address] = pseudonym;
}

}  // namespace r1cluster::detail
