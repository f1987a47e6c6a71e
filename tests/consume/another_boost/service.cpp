// SPDX-License-Identifier: Apache-2.0
// A service with another Asio, Boost.JSON and fmt than r1cluster. Its loop ticks on while a worker thread reads this
// machine, starts a deployment of stand-ins, asks for it and ends it; the API of the stand-ins is served with the other
// Asio too.
//
//     service own-agent|installed-agent      which executable the hosts get: this program, or the one beside the
//     library
//
// Prints what it did. Exit code: 0 if all of it went well; 1 if not; ended by SIGALRM if it stood still for two
// minutes.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/src.hpp>
#include <boost/version.hpp>
#include <iostream>
#include <r1cluster/cluster.hpp>
#include <thread>

#include "host/deploy/stand_in_plan.hpp"
#include "host/deploy/token_server.hpp"

namespace asio = boost::asio;

namespace {

struct Service {
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    long ticks = 0;
    bool has_failed = false;
};

asio::awaitable<void> tick(Service& service) {
    asio::steady_timer timer(service.context);
    while (service.work.owns_work()) {
        timer.expires_after(std::chrono::milliseconds(2));
        co_await timer.async_wait(asio::use_awaitable);
        const auto parsed = boost::json::parse(fmt::format(R"({{"tick": {}}})", service.ticks));
        service.ticks = parsed.at("tick").as_int64() + 1;
    }
}

/// One blocking step on the worker's thread; the loop says how it went.
template <class Work>
void take_step(Service& service, const std::string& name, Work work) {
    std::string said;
    bool has_failed = false;
    try {
        said = work();
    } catch (const std::exception& error) {
        said = error.what();
        has_failed = true;
    }
    asio::post(service.context, [&service, name, said, has_failed] {
        std::cout << fmt::format("{}: {}\n", name, said);
        service.has_failed = service.has_failed || has_failed;
    });
}

void run(Service& service, const std::string& binary) {
    r1cluster::TokenServer api;
    r1cluster::DeploymentSpec spec;
    spec.name = fmt::format("service-{}", ::getpid());
    spec.model = {.path = "/nowhere/model", .served_name = spec.name};
    spec.engine.python = "/nowhere/python";
    for (const char* number : {"1", "2"}) {
        spec.hosts.push_back({.name = std::string("node") + number,
                              .address = std::string("127.0.0.") + number,
                              .transport = r1cluster::Transport::local});
    }
    const r1cluster::HostOptions options{.binary = binary, .connect_timeout_s = 60};
    const auto phase_of = [](const r1cluster::DeploymentStatus& status) {
        return std::string(r1cluster::to_text(status.phase));
    };
    take_step(service, "read", [&] { return fmt::format("{} hosts", r1cluster::read(spec, options).hosts.size()); });
    r1cluster::Hosts hosts = r1cluster::connect(spec, options);
    take_step(service, "up", [&] {
        const auto plan = r1cluster::stand_in_plan(spec, r1cluster::Fate::service, api.port());
        return std::string(r1cluster::start(hosts, plan).is_ready() ? "ready" : throw std::runtime_error("not ready"));
    });
    take_step(service, "status", [&] { return phase_of(r1cluster::read_status(hosts)); });
    take_step(service, "down", [&] { return phase_of(r1cluster::down(hosts, true)); });
    asio::post(service.context, [&service] { service.work.reset(); });
}

}  // namespace

int main(int argc, char* argv[]) {
    if (const auto code = r1cluster::agent_main(argc, argv)) return *code;
    if (argc != 2) return 2;
    ::alarm(120);
    std::cout << fmt::format("Boost {}, fmt {}\n", BOOST_LIB_VERSION, FMT_VERSION);
    Service service;
    asio::co_spawn(service.context, tick(service), asio::detached);
    std::thread worker([&] {
        try {
            run(service, std::string(argv[1]) == "installed-agent" ? R1CLUSTER_AGENT : "");
        } catch (const std::exception& error) {
            take_step(service, "run", [&]() -> std::string { throw std::runtime_error(error.what()); });
            asio::post(service.context, [&service] { service.work.reset(); });
        }
    });
    service.context.run();
    worker.join();
    std::cout << (service.ticks > 0 ? "the loop ticked on\n" : "the loop stood still\n");
    return service.has_failed || service.ticks == 0 ? 1 : 0;
}
