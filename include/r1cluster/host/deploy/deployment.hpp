// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/config/settings.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/hosts.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// How long one step of up() took.
struct StepTime {
    std::string step;    ///< "connect", "read", "decide", "launch", "ready"
    double seconds = 0;  ///< that it took
    bool operator==(const StepTime&) const = default;
};

/// Everything that up() found, decided and did. start() fills in what it did: launch_plan, status, transports, steps,
/// and a report on the logs where the engine did not become ready.
struct UpResult {
    Cluster cluster;                        ///< what was read of the hosts
    Plan plan;                              ///< every layout that is possible
    Report report;                          ///< of check(), or on the logs
    Settings settings;                      ///< environment of the engine on each host
    std::optional<LaunchPlan> launch_plan;  ///< unset: it did not come so far, and the report says why
    DeploymentStatus status;                ///< at the end of up() or start()
    std::vector<TransportUse> transports;   ///< that NCCL said it uses
    std::vector<StepTime> steps;            ///< how long each step took
    bool was_running = false;               ///< the deployment was up already; nothing was done
    bool operator==(const UpResult&) const = default;
};

struct LogOptions {
    std::string host;     ///< empty: all
    bool follow = false;  ///< until interrupted or the deployment has ended
    int lines = 100;      ///< of each log, from its end; 0: all that is kept
};

/// A deployment on its hosts, as up(), start() or find_deployment() returned it. Move-only.
///
/// One with Fate::attached that this process started belongs to the Deployment: as long as it lives, a thread of its
/// Hosts tells the guards so every few seconds; its destructor ends the deployment and waits until nothing is left. A
/// service, or a deployment that somebody else started, goes on when the Deployment is destroyed.
///
/// Threads: as for Hosts. wait() and follow_logs() hold the connections only while they ask, so that another thread
/// may call stop(). Throws Error (interrupted) where is_cancelled of its Hosts ends a call; the deployment then runs
/// on.
class Deployment {
public:
    ~Deployment();
    Deployment(Deployment&& other) noexcept;
    Deployment& operator=(Deployment&& other) noexcept;

    const UpResult& result() const;
    /// True where result().status was ready: one token was generated, and every rank was alive.
    bool is_ready() const { return result().status.phase == Phase::ready; }

    /// How it is now.
    DeploymentStatus status();
    /// Blocks until the deployment is over: it has failed (the status has the cause), or somebody ended it
    /// (Phase::stopped), through this object or elsewhere. Returns at once where nothing was started (Phase::absent).
    DeploymentStatus wait();
    /// Ends it on every host, and waits until nothing is left; logs stay, unless `purge`.
    DeploymentStatus stop(bool purge = false);
    /// What the destructor does: ends an attached deployment, and lets go of any other.
    void close() noexcept;

    std::vector<EngineLog> read_logs(const LogOptions& options = {});
    void follow_logs(const std::function<void(const EngineLog&)>& on_text, const LogOptions& options = {});

    struct State;  ///< for the functions of this library
    explicit Deployment(std::unique_ptr<State> state);

private:
    std::unique_ptr<State> state_;
};

/// Starts what the plan says and waits until it is ready, or known never to be: then every host is left as it was
/// found but for the logs, and result().status has the cause. The plan may be of any layout:
///
///     start(hosts, decide(hosts.spec(), read(hosts), {.layout = 2}).require_launch_plan())
///
/// Looks at no report; up() does. The tables say what the engine's logs mean where it fails. Throws Error
/// (invalid_input) for a plan that is not one of this spec's deployment, (unavailable) where the deployment runs
/// already or a host cannot be reached, and (interrupted); after an error nothing is left on a host that can be
/// reached.
Deployment start(Hosts& hosts, const LaunchPlan& launch_plan, const Knowledge& knowledge = Knowledge::embedded());

/// The deployment of this spec that is on the hosts, whoever started it; unset where there is none.
std::optional<Deployment> find_deployment(Hosts& hosts);

}  // namespace r1cluster
