// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster::detail {

/// How far forecasts were off what was measured, in the words of every forecast. tests/python/test_accuracy.py makes
/// the forecasts of tools/accuracy again and compares the counts.
std::string speed_accuracy();

}  // namespace r1cluster::detail
