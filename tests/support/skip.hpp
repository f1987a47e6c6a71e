// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster {

/// Ends the running test case because this computer lacks what the case needs. The case counts as skipped, never as
/// passed, and its name is printed with `because`. (Catch2 before 3.3 has no SKIP.)
[[noreturn]] void skip_case(const std::string& because);

}  // namespace r1cluster
