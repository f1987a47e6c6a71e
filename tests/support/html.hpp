// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster::test {

/// HTML whose cells are to be read, without what aligns each of them.
inline std::string without_alignment(std::string html) {
    constexpr std::string_view style = " style=\"text-align:left\"";
    for (std::size_t at = html.find(style); at != std::string::npos; at = html.find(style, at)) {
        html.erase(at, style.size());
    }
    return html;
}

}  // namespace r1cluster::test
