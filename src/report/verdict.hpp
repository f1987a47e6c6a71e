// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/report/report.hpp"

namespace r1cluster::detail {

/// The first line of every form of a report: "ready", "ready with 2 warnings", "not ready: 1 error, 1 unknown".
std::string verdict(const Report& report);

}  // namespace r1cluster::detail
