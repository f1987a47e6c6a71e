// SPDX-License-Identifier: Apache-2.0
#include "base/html.hpp"
#include "support/catch.hpp"

using r1cluster::detail::html_escaped;

TEST_CASE("what means something to HTML is escaped", "[base]") {
    CHECK(html_escaped("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST_CASE("UTF-8 passes, and what XML forbids does not", "[base]") {
    CHECK(html_escaped("é · 日本 😀") == "é · 日本 😀");
    CHECK(html_escaped(std::string_view("a\0b\x1b[31m\n\tc", 11)) == "a b [31m\n\tc");
    CHECK(html_escaped("\xff\xc3 \xed\xa0\x80\xef\xbf\xbf\xe2\x82") == "?? ????????");
}
