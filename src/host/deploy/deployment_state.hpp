// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "host/agent/session.hpp"
#include "r1cluster/host/deploy/deployment.hpp"

namespace r1cluster {

namespace detail {

/// Pings the guards of an attached deployment, beside the calls of its session, until released. They end what they
/// guard when they do not hear from the owner for LaunchPlan::lease_s.
class Keeper : public std::enable_shared_from_this<Keeper> {
public:
    static std::shared_ptr<Keeper> start(Session& session, std::string generation);
    void release(Session& session);

private:
    static asio::awaitable<void> ping(Agents& hosts, std::string generation, std::shared_ptr<Keeper> self);
    bool is_released_ = false;  // read and written by the connections' thread alone
    asio::steady_timer* pause_ = nullptr;
};

/// The logs of read_logs() and follow_logs().
std::vector<EngineLog> read_logs_of(Session& session, const LogOptions& options);
void follow_logs_of(Session& session, const std::function<void(const EngineLog&)>& on_text, const LogOptions& options);

/// The Deployment of this result. It owns an attached one that was made ready here, under `generation`; empty: somebody
/// else started it.
Deployment owned_deployment(const std::shared_ptr<Session>& session, UpResult result, std::string generation);

}  // namespace detail

struct Deployment::State {
    State(std::shared_ptr<detail::Session> session_of_hosts, UpResult what_was_done, std::string generation_of_jobs)
        : session(std::move(session_of_hosts)),
          result(std::move(what_was_done)),
          generation(std::move(generation_of_jobs)) {}

    std::shared_ptr<detail::Session> session;
    UpResult result;
    std::string generation;                  ///< of the jobs; empty: by the deployment's name
    std::shared_ptr<detail::Keeper> keeper;  ///< unset: not attached to this object
    std::atomic<bool> has_failed = false;    ///< of itself, as wait() or status() saw: its logs explain why
    std::atomic<bool> is_over = false;       ///< nothing of it is left to end
};

}  // namespace r1cluster
