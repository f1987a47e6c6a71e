// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/units.hpp"

#include "support/catch.hpp"

using namespace r1cluster;

TEST_CASE("bytes are shown in binary units", "[base]") {
    CHECK(format_bytes(0) == "0 B");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(1024) == "1.00 KiB");
    CHECK(format_bytes(31457280) == "30.00 MiB");
    CHECK(format_bytes(688586727753) == "641.30 GiB");
    CHECK(format_bytes(UINT64_MAX) == "16.00 EiB");
}

TEST_CASE("an amount just below a unit is not shown as 1024 of the lesser one", "[base]") {
    CHECK(format_bytes((1 << 20) - 1) == "1.00 MiB");
}

TEST_CASE("counts are grouped by three digits", "[base]") {
    CHECK(format_count(0) == "0");
    CHECK(format_count(999) == "999");
    CHECK(format_count(1000) == "1,000");
    CHECK(format_count(1915376) == "1,915,376");
    CHECK(format_count(UINT64_MAX) == "18,446,744,073,709,551,615");
}

TEST_CASE("durations are shown in the unit that people use", "[base]") {
    CHECK(format_seconds(0) == "0 ms");
    CHECK(format_seconds(0.085) == "85 ms");
    CHECK(format_seconds(4.2) == "4.2 s");
    CHECK(format_seconds(185) == "3 min 05 s");
}

TEST_CASE("a duration just below a unit is not shown as a full one of the lesser", "[base]") {
    CHECK(format_seconds(0.9996) == "1.0 s");
    CHECK(format_seconds(99.99) == "1 min 40 s");
}
