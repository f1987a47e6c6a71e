// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launch/stall.hpp"
#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::detail {

/// How the guards of one deployment tell each other that they live, and why they end: a star of TCP connections
/// to the head's guard, which passes on what it hears. Both ends prove by HMAC that they know the job's token before
/// a word counts. A lost connection is taken up again; how long a silence means an end is the policy's to say.
class GuardLink {
public:
    struct Callbacks {
        std::function<void(const std::string& host)> on_heard;
        /// What the ranks of this host do, for the others.
        std::function<std::vector<RankActivity>()> activities;
        /// What the ranks of another host do, once a second.
        std::function<void(const std::string& host, std::vector<RankActivity> ranks)> on_activities;
        /// The connection has closed, as it does at once when the guard at its other end dies.
        std::function<void(const std::string& host)> on_lost;
        /// `happened_at` is by this host's monotonic clock, as far as the difference of the clocks is known; without a
        /// cause 0.
        std::function<void(const std::string& host, std::optional<Cause> cause, double happened_at)> on_ended;
    };

    GuardLink(boost::asio::io_context& context, const LaunchPlan& plan, const std::string& host, std::string token,
              Callbacks callbacks);
    ~GuardLink();
    GuardLink(const GuardLink&) = delete;
    GuardLink& operator=(const GuardLink&) = delete;

    /// Opens the listening port on the head, starts to connect elsewhere. Throws Error (unavailable).
    void start();
    /// Tells every peer that this group ends, and why, and when that happened (by this host's monotonic clock; without
    /// a cause 0). A later call corrects an earlier one.
    void tell(const std::optional<Cause>& cause, double happened_at);
    /// Waits until every peer was told, those too that have yet to connect, at most `timeout_s`.
    boost::asio::awaitable<void> flush(double timeout_s);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace r1cluster::detail
