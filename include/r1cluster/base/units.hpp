// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace r1cluster {

/// "641.29 GiB", "30.00 MiB", "512 B": binary units, two decimals from KiB up.
std::string format_bytes(std::uint64_t bytes);

/// "1,915,376": groups of three digits.
std::string format_count(std::uint64_t count);

/// "85 ms", "4.2 s", "3 min 05 s".
std::string format_seconds(double seconds);

}  // namespace r1cluster
