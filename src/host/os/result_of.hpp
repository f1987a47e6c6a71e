// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace r1cluster::detail {

/// `co_await call(..., result_of)` gives {error_code, value} and throws nothing.
inline constexpr auto result_of = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace r1cluster::detail
