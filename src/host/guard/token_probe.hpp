// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::detail {

struct TokenProbe {
    bool is_ready = false;
    std::string because;  ///< why not: "connection refused", "HTTP 503 ..."
    double seconds = 0;   ///< from request to the whole answer
    std::string text;     ///< what was generated
};

/// Asks the engine on this host for one token (POST /v1/completions, max_tokens 1). Anything but a generated token,
/// a 200 from /health included, is not ready.
boost::asio::awaitable<TokenProbe> probe_token(Readiness readiness, double timeout_s);

}  // namespace r1cluster::detail
