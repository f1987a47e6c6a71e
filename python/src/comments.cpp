// SPDX-License-Identifier: Apache-2.0
#include <string_view>

namespace r1cluster::python {
namespace {

struct Comment {
    std::string_view type;
    std::string_view member;  ///< empty: of the type itself
    const char* text;
};

/// tools/header_comments.py collects them from the public headers.
constexpr Comment comments[] = {
#include "header_comments.inc"
};

}  // namespace

const char* comment_of(std::string_view type, std::string_view member) {
    for (const Comment& comment : comments) {
        if (comment.type == type && comment.member == member) return comment.text;
    }
    return "";
}

}  // namespace r1cluster::python
