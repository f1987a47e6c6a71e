// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// How the guards of one deployment tell each other that they live, and why they end: a star of TCP connections
/// to the head's guard, which passes on what it hears. Both ends prove by HMAC that they know the job's token before
/// a word counts. A lost connection is taken up again; how long a silence means an end is the policy's to say.
class GuardLink {
public:
    struct Callbacks {
        std::function<void(const std::string& host)> on_heard;
        std::function<void(const std::string& host, std::optional<Cause> cause)> on_ended;
    };

    GuardLink(boost::asio::io_context& context, const LaunchPlan& plan, const std::string& host, std::string token,
              Callbacks callbacks);
    ~GuardLink();
    GuardLink(const GuardLink&) = delete;
    GuardLink& operator=(const GuardLink&) = delete;

    /// Opens the listening port on the head, starts to connect elsewhere. Throws Error (unavailable).
    void start();
    /// Tells every peer that this group ends, and why.
    void tell(const std::optional<Cause>& cause);
    /// Waits until every peer was told, those too that have yet to connect, at most `timeout_s`.
    boost::asio::awaitable<void> flush(double timeout_s);

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// HMAC-SHA256 in hex.
std::string hmac_hex(const std::string& key, const std::string& text);
/// 32 bytes of the kernel's randomness in hex.
std::string random_token();

}  // namespace r1cluster::detail
