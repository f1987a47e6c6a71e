// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// Two lower-case hexadecimal digits a byte.
std::string to_hex(const unsigned char* bytes, std::size_t size);
/// SHA-256 in hex.
std::string sha256_hex(std::string_view text);

}  // namespace r1cluster::detail
