// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// `text` as content or attribute value of HTML and XML, so that nothing that a host says becomes markup. Control
/// characters, which XML forbids even as references, become spaces; bytes that are no UTF-8 become question marks.
std::string html_escaped(std::string_view text);

/// A row of a table, its texts escaped. Each cell says that it is aligned to the left: notebooks align cells to the
/// right, which is hard to read for sentences. `attributes` are of the row.
std::string html_row(std::initializer_list<std::string_view> texts, std::string_view element = "td",
                     std::string_view attributes = "");

}  // namespace r1cluster::detail
