// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace r1cluster::detail {

/// A file that the library carries; cmake/embed.cmake writes lists of them.
struct EmbeddedFile {
    std::string_view name;
    std::string_view content;
};

}  // namespace r1cluster::detail
