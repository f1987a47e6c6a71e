// SPDX-License-Identifier: Apache-2.0
#include "base/address.hpp"

#include <arpa/inet.h>

#include <array>

namespace r1cluster::detail {

bool is_ip_address(std::string_view text) {
    std::array<unsigned char, 16> bytes{};
    const std::string whole(text);
    return inet_pton(AF_INET, whole.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, whole.c_str(), bytes.data()) == 1;
}

bool is_loopback(std::string_view address) {
    return address == "localhost" || address == "::1" || (address.starts_with("127.") && is_ip_address(address));
}

std::string url_host(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace r1cluster::detail
