// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "r1cluster/knowledge/knowledge.hpp"
#include "support/catch.hpp"

TEST_CASE("every signature is in the documentation", "[diagnose]") {
    std::ifstream file(R1CLUSTER_SOURCE_DIR "/docs/diagnose.md");
    REQUIRE(file);
    std::stringstream text;
    text << file.rdbuf();
    for (const auto* signature : r1cluster::Knowledge::embedded().signatures_in_order()) {
        CHECK_THAT(text.str(), ContainsSubstring("| `" + signature->id + "` |"));
        CHECK_THAT(text.str(), ContainsSubstring("`" + signature->parts[0] + "`"));
    }
}
