// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace r1cluster::detail {

/// One branch of a tree: a line, and what hangs from it.
struct Branch {
    std::string line;
    std::vector<Branch> branches = {};
};

/// The branches as text. Lines are broken at spaces so that they fit into 100 columns.
std::string drawn(const std::vector<Branch>& branches);

/// Columns that a text takes in a terminal: one for each character of UTF-8.
std::size_t columns(const std::string& text);

/// `text` in lines of at most `width` columns, broken at spaces; a longer word has a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace r1cluster::detail
