// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster::detail {

/// `text` as content or attribute value of HTML and XML, so that nothing that a host says becomes markup. Control
/// characters, which XML forbids even as references, become spaces; bytes that are no UTF-8 become question marks.
std::string html_escaped(std::string_view text);

}  // namespace r1cluster::detail
