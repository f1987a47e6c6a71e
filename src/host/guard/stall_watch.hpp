// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "launch/stall.hpp"
#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::detail {

/// Asks the engine on the head's host whether it still works: its /metrics change as long as it does. Where they have
/// not changed, one token is asked for, which an idle engine generates at once; where none comes and the metrics have
/// still not changed, the engine stalls. With the usual times that is said at most 27 s after the engine's last work.
/// An engine that is busy is not asked for tokens. Where the metrics do not say how the engine works nothing is judged:
/// behind a long queue, a token takes its time.
class StallWatch {
public:
    struct Times {
        double look_s = 7;     ///< between two looks at the metrics
        double metrics_s = 5;  ///< that the metrics may take
        double token_s = 10;   ///< that a token may take
    };
    struct Engine {
        Readiness readiness;
        std::optional<std::size_t> (*progress_of_metrics)(std::string_view text) = nullptr;
    };
    struct Callbacks {
        std::function<std::vector<RankActivity>()> activities;  ///< of all ranks, as last heard
        std::function<void(std::optional<Stall>)> on_look;      ///< unset: the engine works, or it is unknown
    };

    StallWatch(Engine engine, Times times, Callbacks callbacks);

    /// Looks until the context ends. The object outlives it.
    boost::asio::awaitable<void> run();

private:
    enum class Progress { seen, none, unknown };

    /// Since the last look.
    boost::asio::awaitable<Progress> look();
    boost::asio::awaitable<std::optional<Stall>> judge();

    Engine engine_;
    Times times_;
    Callbacks callbacks_;
    std::optional<std::size_t> last_;
    double worked_at_ = 0;  ///< when the engine was last seen to work
};

}  // namespace r1cluster::detail
