// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

/// One word of POSIX shell that stands for exactly these bytes (none of them NUL). Everything that r1cluster
/// writes for a shell goes through here.
std::string shell_quoted(std::string_view word);
std::string shell_command(const std::vector<std::string>& argv);

}  // namespace r1cluster::detail
