// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.hpp"

#include "support/catch.hpp"

namespace r1cluster::detail {

TEST_CASE("the nearest of several names is suggested", "[base]") {
    CHECK(nearest_name("plam", {"check", "plan", "launch"}) == "plan");
    CHECK(nearest_name("stauts", {"status", "show"}) == "status");
    CHECK(nearest_name("--ssh-confg", {"--from", "--ssh-config"}) == "--ssh-config");
}

TEST_CASE("a name that is far from all others is no mistyped one", "[base]") {
    CHECK(nearest_name("frobnicate", {"check", "plan"}) == std::nullopt);
    CHECK(nearest_name("x", {}) == std::nullopt);
    CHECK(nearest_name(std::string(100'000, 'a'), {"plan"}) == std::nullopt);
}

}  // namespace r1cluster::detail
