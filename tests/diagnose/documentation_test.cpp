// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "diagnose/signatures.hpp"
#include "support/catch.hpp"

TEST_CASE("every signature is in the documentation", "[diagnose]") {
    std::ifstream file(R1CLUSTER_SOURCE_DIR "/docs/diagnose.md");
    REQUIRE(file);
    std::stringstream text;
    text << file.rdbuf();
    for (const auto& signature : r1cluster::detail::signatures()) {
        CHECK_THAT(text.str(), ContainsSubstring("| `" + std::string(signature.id) + "` |"));
        CHECK_THAT(text.str(), ContainsSubstring("`" + std::string(signature.parts[0]) + "`"));
    }
}
