// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace r1cluster {

/// The content of a text file of at most `limit_bytes`. Blocks as the file system does; any thread. Throws Error.
std::string read_text_file(const std::string& path, std::size_t limit_bytes = 1 << 20);

}  // namespace r1cluster
