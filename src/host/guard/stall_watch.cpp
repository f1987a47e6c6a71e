// SPDX-License-Identifier: Apache-2.0
#include "host/guard/stall_watch.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "host/guard/api_request.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/token_probe.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
constexpr double stalled_look_s = 1;  // the probe itself takes its time
constexpr std::uint64_t most_metrics_bytes = 16 << 20;

StallWatch::StallWatch(Engine engine, Times times, Callbacks callbacks)
    : engine_(std::move(engine)), times_(times), callbacks_(std::move(callbacks)) {}

asio::awaitable<StallWatch::Progress> StallWatch::look() {
    const ApiAnswer answer =
        co_await ask_api(engine_.readiness, api_request(engine_.readiness, boost::beast::http::verb::get, "/metrics"),
                         times_.metrics_s, most_metrics_bytes);
    if (answer.status == 0) co_return Progress::none;
    const auto now = answer.status == 200 ? engine_.progress_of_metrics(answer.body) : std::nullopt;
    const auto before = std::exchange(last_, now);
    if (!now) co_return Progress::unknown;
    co_return before == now ? Progress::none : Progress::seen;
}

asio::awaitable<std::optional<Stall>> StallWatch::judge() {
    if (co_await look() == Progress::none) {
        const std::vector<RankActivity> before = callbacks_.activities();
        const double asked_at = monotonic_s();
        const bool has_answered = (co_await probe_token(engine_.readiness, times_.token_s)).has_answered;
        if (!has_answered && co_await look() == Progress::none) {
            const double now = monotonic_s();
            co_return describe_stall(engine_.readiness.host, now - worked_at_, before, callbacks_.activities(),
                                     now - asked_at);
        }
    }
    worked_at_ = monotonic_s();
    co_return std::nullopt;
}

asio::awaitable<void> StallWatch::run() {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    worked_at_ = monotonic_s();
    while (true) {
        std::optional<Stall> stall;
        try {
            stall = co_await judge();
        } catch (const Error&) {
            // The key cannot be read any more: nothing can be asked.
        }
        callbacks_.on_look(stall);
        pause.expires_after(steady_duration(std::chrono::duration<double>(stall ? stalled_look_s : times_.look_s)));
        co_await pause.async_wait(result_of);
    }
}

}  // namespace r1cluster::detail
