// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster::detail {

/// The text of an IPv4 or IPv6 address, as opposed to a name.
bool is_ip_address(std::string_view text);
/// 127.0.0.0/8, ::1, or the name localhost.
bool is_loopback(std::string_view address);
/// As a URL has it: an IPv6 address in brackets, any other host as it is.
std::string url_host(const std::string& host);

}  // namespace r1cluster::detail
