// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "layout/describe.hpp"
#include "r1cluster/speed/speed.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(SpeedTerm, (), (name, ms, because))
BOOST_DESCRIBE_STRUCT(SpeedPoint, (), (workload, ttft_ms, tpot_ms, output_tokens_per_s, decode_step, prefill, bound_by))
BOOST_DESCRIBE_STRUCT(LinkTraffic, (),
                      (link, decode_bytes_per_token, decode_messages_per_token, prefill_bytes_per_token, because))
BOOST_DESCRIBE_STRUCT(SpeedForecast, (), (points, links, accuracy))
BOOST_DESCRIBE_STRUCT(SlownessCause, (), (name, tpot_ms, fit, because, how_to_tell))

}  // namespace r1cluster
