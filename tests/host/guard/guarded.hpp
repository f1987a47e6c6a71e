// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "host/agent/local_hosts.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/guard/own_home.hpp"
#include "host/guard/peer_line.hpp"
#include "r1cluster/base/json.hpp"
#include "support/catch.hpp"

namespace r1cluster {

namespace asio = boost::asio;
using detail::Agents;
using detail::protocol::GuardVerb;
using Words = std::vector<std::string>;
using Condition = std::function<bool(const DeploymentStatus&)>;
inline constexpr double verb_timeout_s = 30;
inline constexpr int patience_s = 60;  // for what has no promise, on a loaded machine

inline int free_port() {
    asio::io_context context;
    return asio::ip::tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

inline bool is_gone(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t end = text.rfind(')');
    return end == std::string::npos || text[end + 2] == 'Z';
}

inline bool all_gone(const std::vector<int>& pids) {
    for (int i = 0; i < patience_s * 20; ++i) {
        if (std::all_of(pids.begin(), pids.end(), is_gone)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

inline bool has_failed(const DeploymentStatus& status) {
    return std::all_of(status.hosts.begin(), status.hosts.end(),
                       [](const HostStatus& host) { return host.phase == Phase::failed; });
}
inline bool has_all_ranks(const DeploymentStatus& status) {
    return std::all_of(status.hosts.begin(), status.hosts.end(), [](const HostStatus& host) {
        return std::all_of(host.ranks.begin(), host.ranks.end(), [](const RankStatus& rank) { return rank.is_alive; });
    });
}

inline std::vector<int> pids_of(const DeploymentStatus& status) {
    std::vector<int> pids;
    for (const HostStatus& host : status.hosts) {
        for (const ProcessStatus& process : host.processes) pids.push_back(process.pid);
        for (const RankStatus& rank : host.ranks) pids.push_back(rank.pid);
        pids.push_back(host.guard_pid);
    }
    return pids;
}

/// A deployment whose process on host I is the engine's stand-in with these words, with rank I. Nothing of it is left
/// when the test ends.
class Guarded {
public:
    explicit Guarded(const std::vector<Words>& words, Fate fate = Fate::service) {
        spec = local_spec("guarded", static_cast<int>(words.size()));
        plan.deployment = spec.name;
        plan.engine = "vllm";
        plan.fate = fate;
        plan.guard_port = free_port();
        plan.grace_s = 3;
        plan.readiness.timeout_s = patience_s;
        for (std::size_t i = 0; i < words.size(); ++i) {
            HostLaunch& host = plan.hosts.emplace_back();
            host.host = spec.hosts[i].name;
            host.address = spec.hosts[i].address;
            ProcessSpec& process = host.processes.emplace_back();
            process.name = i == 0 ? "head" : "worker-" + std::to_string(i);
            process.argv = {R1CLUSTER_ENGINE_STAND_IN};
            process.argv.insert(process.argv.end(), words[i].begin(), words[i].end());
            process.ranks = {static_cast<int>(i)};
        }
    }
    ~Guarded() {
        try {
            end(true);
        } catch (const std::exception& error) {
            WARN("the deployment of a test could not be ended: " << error.what());
        }
    }

    /// One controller, which is gone when this returns.
    DeploymentStatus control(std::function<asio::awaitable<DeploymentStatus>(Agents&)> work) {
        return detail::on_hosts<DeploymentStatus>(spec, local_options(),
                                                  [&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
                                                      co_await hosts.open();
                                                      co_return co_await work(hosts);
                                                  });
    }

    asio::awaitable<void> create(Agents& hosts) {
        const std::string token = detail::random_token();
        std::function<detail::protocol::JobCreate(const HostSpec&)> request = [&](const HostSpec& host) {
            return detail::protocol::JobCreate{plan.deployment, host.name, generation, token, to_json(plan)};
        };
        const auto replies = co_await hosts.call_all(request, verb_timeout_s);
        for (const auto& [host, reply] : replies) {
            if (reply.error) throw *reply.error;
        }
    }

    static asio::awaitable<DeploymentStatus> until(Agents& hosts, Condition condition) {
        DeploymentStatus status;
        for (int i = 0; i < patience_s * 10; ++i) {
            status = co_await detail::ask_guards(hosts, GuardVerb::ping, verb_timeout_s);
            if (condition(status)) break;
            co_await hosts.pause(0.1);
        }
        co_return status;
    }

    asio::awaitable<DeploymentStatus> start(Agents& hosts, Condition condition) {
        co_await create(hosts);
        co_await detail::ask_guards(hosts, GuardVerb::begin, verb_timeout_s);
        co_return co_await until(hosts, condition);
    }

    DeploymentStatus run_until(Condition condition) {
        return control([&](Agents& hosts) { return start(hosts, condition); });
    }
    DeploymentStatus look() {
        return control([](Agents& hosts) { return detail::status_of_hosts(hosts); });
    }
    DeploymentStatus look_until(Condition condition) {
        return control([&](Agents& hosts) { return until(hosts, condition); });
    }
    DeploymentStatus end(bool purge = false) {
        return control([purge](Agents& hosts) { return detail::end_on_hosts(hosts, purge); });
    }
    /// Up to the first token, as far as the guards know.
    DeploymentStatus serve() {
        return control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
            co_await start(hosts, has_all_ranks);
            co_return co_await detail::ask_guards(hosts, GuardVerb::commit, verb_timeout_s);
        });
    }

    OwnHome home;
    DeploymentSpec spec;
    LaunchPlan plan;
    std::string generation = "one";
};

}  // namespace r1cluster
