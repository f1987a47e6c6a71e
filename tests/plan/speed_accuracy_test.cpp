// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "../../tools/accuracy_speed.hpp"
#include "plan/speed_accuracy.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

TEST_CASE("forecasts are as near to measured speeds as they say", "[plan]") {
    detail::SpeedAccuracy found;
    for (const accuracy::SpeedRow& row : accuracy::speed_rows) {
        const accuracy::SpeedComparison comparison = accuracy::compared(row);
        found.rows += 1;
        found.within_quarter += comparison.is_within_quarter() ? 1 : 0;
        found.inside_interval += comparison.is_inside() ? 1 : 0;
    }
    CHECK(found.rows == detail::known_speed_accuracy.rows);
    CHECK(found.within_quarter == detail::known_speed_accuracy.within_quarter);
    CHECK(found.inside_interval == detail::known_speed_accuracy.inside_interval);
    CHECK(3 * found.within_quarter >= 2 * found.rows);
}

TEST_CASE("own measurements on two H200 are within a quarter of the forecast, first tokens too", "[plan]") {
    // TTFT of vllm-0.25.1/8b-tp1.bench.json and 8b-tp2.bench.json.
    const double first_token_ms[] = {19.33, 128.46, 16.36, 99.8};
    for (std::size_t i = 0; i < 4; ++i) {
        const accuracy::SpeedRow& row = accuracy::speed_rows[i];
        CAPTURE(std::string(row.name));
        CHECK(accuracy::compared(row).is_within_quarter());
        const SpeedPoint point = accuracy::forecast_of(row);
        CHECK(first_token_ms[i] > point.ttft_ms.low);
        CHECK(first_token_ms[i] < point.ttft_ms.high);
        if (!row.output_tokens_per_s) continue;
        CHECK(std::abs(point.output_tokens_per_s.likely / *row.output_tokens_per_s - 1) < 0.25);
    }
}
