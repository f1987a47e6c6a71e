// SPDX-License-Identifier: Apache-2.0
#pragma once

/// This host's clock of the day.

#include <string>

namespace r1cluster::detail {

double unix_time_s();
/// RFC 3339, whole seconds: "2025-01-31T12:00:00Z"
std::string utc_now();

}  // namespace r1cluster::detail
