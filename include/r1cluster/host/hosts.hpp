// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "r1cluster/host/options.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

namespace detail {
class Session;
}

/// Connections to the agents on all hosts of a spec, made once for any number of calls: read(), up(), start(),
/// read_status(), read_logs(), down(). Move-only; a Deployment keeps the connections of its Hosts alive.
///
/// A call first connects to each host that has no connection: one that was not reached before, or whose connection
/// has broken. What was under way on a broken connection is not repeated, and an attached deployment ends with it.
///
/// Threads: one thread, which blocks all signals and calls nothing of the user's, runs the connections and keeps
/// attached deployments alive between calls. Calls may come from any thread and take turns; each calls on_progress
/// and is_cancelled on its own thread. A Hosts must outlive the calls on it, and does not survive fork().
class Hosts {
public:
    /// Loads the agent's executable and connects to nothing. Throws Error (invalid_input) for a spec that is not
    /// valid, and (not_found) without the executable.
    Hosts(const DeploymentSpec& spec, const HostOptions& options = {});
    ~Hosts();
    Hosts(Hosts&& other) noexcept;
    Hosts& operator=(Hosts&& other) noexcept;

    const DeploymentSpec& spec() const;

    /// Closes the connections, once no Deployment uses them any more. A later call throws Error (unavailable), as it
    /// does for a Hosts that was moved from.
    void close() { session_.reset(); }

    /// For the functions of this library.
    const std::shared_ptr<detail::Session>& session() const;

private:
    std::shared_ptr<detail::Session> session_;
};

/// Connects to all hosts at once. A host that cannot be reached is no error: read() and read_status() say why, and
/// the next call tries again.
Hosts connect(const DeploymentSpec& spec, const HostOptions& options = {});

}  // namespace r1cluster
