// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "host/guard/protocol.hpp"

namespace r1cluster::detail {

/// Asks the engine on this host for one token (POST /v1/completions, max_tokens 1). Anything but a generated token,
/// a 200 from /health included, is not ready.
boost::asio::awaitable<protocol::TokenAnswer> probe_token(Readiness readiness, double timeout_s);

}  // namespace r1cluster::detail
