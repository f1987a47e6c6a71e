// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// model.safetensors.index.json.
struct Index {
    std::map<std::string, std::string, std::less<>> file_of;  ///< tensor -> plain file name
    std::string total_size;                                   ///< as it stands there; empty: not there
};

/// Strict about names: a file is a plain name in the checkpoint's own folder.
Index parse_index(std::string_view text, std::string_view source);

/// What a text that should be JSON really is: "a git-LFS pointer ...", "an HTML page ..."; else empty.
std::string impostor(std::string_view text);

}  // namespace r1cluster::detail
