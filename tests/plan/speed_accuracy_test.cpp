// SPDX-License-Identifier: Apache-2.0
#include "plan/speed_accuracy.hpp"

#include <cmath>

#include "plan/speed_rows.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

bool is_inside(const Interval& interval, double value) { return value >= interval.low && value <= interval.high; }

bool is_within_quarter(double forecast, double measured) { return std::abs(forecast / measured - 1) <= 0.25; }

}  // namespace

TEST_CASE("forecasts are as near to measured speeds as they say", "[plan]") {
    detail::SpeedAccuracy found;
    for (const SpeedRow& row : speed_rows()) {
        CAPTURE(row.name);
        REQUIRE((row.tpot_ms || row.output_tokens_per_s));
        const SpeedPoint point = forecast_of(row);
        const Interval& interval = row.tpot_ms ? point.tpot_ms : point.output_tokens_per_s;
        const double measured = row.tpot_ms ? *row.tpot_ms : *row.output_tokens_per_s;
        found.rows += 1;
        found.within_quarter += is_within_quarter(interval.likely, measured) ? 1 : 0;
        found.inside_interval += is_inside(interval, measured) ? 1 : 0;
    }
    CHECK(found.rows == detail::known_speed_accuracy.rows);
    CHECK(found.within_quarter == detail::known_speed_accuracy.within_quarter);
    CHECK(found.inside_interval == detail::known_speed_accuracy.inside_interval);
    CHECK(3 * found.within_quarter >= 2 * found.rows);
}

TEST_CASE("own measurements on two H200 are near their forecast, first tokens and rates too", "[plan]") {
    int own = 0;
    for (const SpeedRow& row : speed_rows()) {
        if (!row.ttft_ms) continue;
        own += 1;
        CAPTURE(row.name);
        const SpeedPoint point = forecast_of(row);
        CHECK(is_within_quarter(point.tpot_ms.likely, *row.tpot_ms));
        CHECK(is_inside(point.ttft_ms, *row.ttft_ms));
        if (row.output_tokens_per_s) {
            CHECK(is_within_quarter(point.output_tokens_per_s.likely, *row.output_tokens_per_s));
        }
    }
    CHECK(own == 4);
}
