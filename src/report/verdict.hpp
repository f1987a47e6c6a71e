// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "r1cluster/report/report.hpp"

namespace r1cluster::detail {

/// The first line of every form of a report: "ready", "ready with 2 warnings", "not ready: 1 error, 1 unknown".
std::string verdict(const Report& report);
/// "1 error", "2 errors".
std::string counted(int count, std::string_view noun);

}  // namespace r1cluster::detail
