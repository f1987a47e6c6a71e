// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <dirent.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <fstream>
#include <list>
#include <set>

#include "base/reflect_json.hpp"
#include "host/agent/agent.hpp"
#include "host/agent/protocol.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/read/read.hpp"

namespace r1cluster::detail {
namespace {

using boost::asio::ip::tcp;
/// Who holds a listening port, from /proc: the socket's inode in net/tcp{,6}, then the process that has it open.
std::string port_holder(int port) {
    std::set<std::string> inodes;
    for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        std::ifstream lines(table);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream fields(line);
            std::string slot, local, remote, state, skip, inode;
            fields >> slot >> local >> remote >> state >> skip >> skip >> skip >> skip >> skip >> inode;
            if (state == "0A" && local.ends_with(fmt::format(":{:04X}", port))) inodes.insert("socket:[" + inode + "]");
        }
    }
    if (inodes.empty()) return {};
    DIR* processes = ::opendir("/proc");
    std::string holder;
    while (processes && holder.empty()) {
        const dirent* process = ::readdir(processes);
        if (!process) break;
        if (process->d_name[0] < '0' || process->d_name[0] > '9') continue;
        const std::string folder = std::string("/proc/") + process->d_name;
        DIR* descriptors = ::opendir((folder + "/fd").c_str());
        while (const dirent* descriptor = descriptors ? ::readdir(descriptors) : nullptr) {
            std::array<char, 64> target{};
            const auto size = ::readlink((folder + "/fd/" + descriptor->d_name).c_str(), target.data(), target.size());
            if (size > 0 && inodes.contains(std::string(target.data(), static_cast<std::size_t>(size)))) {
                std::string name;
                std::getline(std::ifstream(folder + "/comm"), name);
                holder = fmt::format("pid {} ({})", process->d_name, name);
                break;
            }
        }
        if (descriptors) ::closedir(descriptors);
    }
    if (processes) ::closedir(processes);
    return holder.empty() ? "a process that this user cannot see" : holder;
}

/// Tries to bind, as the engine will: with SO_REUSEADDR, so that a connection of the last run that is still in
/// TIME_WAIT does not count as taken.
calls::Bind try_bind(asio::io_context& context, const std::string& address, int port) {
    calls::Bind state;
    boost::system::error_code error;
    tcp::resolver resolver(context);
    const auto found =
        resolver.resolve(address, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error || found.empty()) {
        state.because = fmt::format("\"{}\" does not resolve here: {}", address, error.message());
        return state;
    }
    tcp::acceptor acceptor(context);
    const tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1, error);
    state.is_free = !error;
    if (error) {
        state.because = error.message();
        if (error == boost::asio::error::address_in_use) state.holder = port_holder(port);
    }
    return state;
}

/// Sends back what it gets, a bounded number of bytes, for the probes of other hosts.
asio::awaitable<void> echo(tcp::socket socket) {
    std::array<char, 256> bytes;
    for (int i = 0; i < 16; ++i) {
        const auto [error, size] = co_await socket.async_read_some(asio::buffer(bytes), result_of);
        if (error) co_return;
        const auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(bytes, size), result_of);
        if (write_error) co_return;
    }
}

asio::awaitable<void> accept_all(std::shared_ptr<tcp::acceptor> acceptor) {
    while (true) {
        auto [error, socket] = co_await acceptor->async_accept(result_of);
        if (error) co_return;
        asio::co_spawn(acceptor->get_executor(), echo(std::move(socket)), asio::detached);
    }
}

asio::awaitable<protocol::Listening> listen(asio::io_context& context, const std::string address) {
    boost::system::error_code error;
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(address, "0", tcp::resolver::passive | tcp::resolver::numeric_service, error);
    auto acceptor = std::make_shared<tcp::acceptor>(context);
    if (!error) acceptor->open(found.begin()->endpoint().protocol(), error);
    if (!error) acceptor->bind(found.begin()->endpoint(), error);
    if (!error) acceptor->listen(64, error);
    if (error) {
        throw Error(ErrorKind::unavailable, address,
                    fmt::format("listening on \"{}\": {}; is it an address of this host?", address, error.message()));
    }
    const protocol::Listening listening{acceptor->local_endpoint().port()};
    asio::co_spawn(context, accept_all(acceptor), asio::detached);
    co_return listening;
}

/// One connection with three small messages there and back.
asio::awaitable<protocol::Connection> connect(asio::io_context& context, protocol::Connect request) {
    protocol::Connection outcome;
    auto socket = std::make_shared<tcp::socket>(context);
    auto deadline = std::make_shared<asio::steady_timer>(
        context, steady_duration(std::chrono::duration<double>(request.timeout_s)));
    auto is_late = std::make_shared<bool>(false);
    deadline->async_wait([socket, is_late](boost::system::error_code cancelled) {
        if (cancelled) return;
        *is_late = true;
        boost::system::error_code ignored;
        socket->close(ignored);
    });
    boost::system::error_code error;
    tcp::resolver resolver(context);
    const auto found =
        resolver.resolve(request.to.address, std::to_string(request.to.port), tcp::resolver::numeric_service, error);
    if (!error) std::tie(error, std::ignore) = co_await asio::async_connect(*socket, found, result_of);
    double least_us = 0;
    if (!error) {
        socket->set_option(tcp::no_delay(true), error);
        for (int i = 0; i < 3 && !error; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            std::array<char, 16> bytes{'r', '1'};
            std::tie(error, std::ignore) = co_await asio::async_write(*socket, asio::buffer(bytes), result_of);
            if (!error)
                std::tie(error, std::ignore) = co_await asio::async_read(*socket, asio::buffer(bytes), result_of);
            const double us =
                std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
            least_us = i == 0 ? us : std::min(least_us, us);
        }
    }
    if (!error) {
        outcome.is_connected = true;
        outcome.from_address = socket->local_endpoint().address().to_string();
        outcome.round_trip_us = least_us;
    } else {
        outcome.because = *is_late ? fmt::format("no answer within {:.0f} s", request.timeout_s) : error.message();
    }
    deadline->cancel();
    co_return outcome;
}

}  // namespace

void add_read_handlers(asio::io_context& context, Handlers& handlers) {
    // What the controller says is not looked at: the controller decides whether the two can talk.
    handlers[protocol::Hello::method] = [](json::value) -> asio::awaitable<json::value> {
        co_return to_value(protocol::hello_of_agent());
    };
    add_handler<protocol::ReadClock>(handlers, [](protocol::ReadClock) -> asio::awaitable<protocol::ClockTime> {
        co_return protocol::ClockTime{unix_time_s()};
    });
    add_handler<protocol::ReadHost>(handlers, [](protocol::ReadHost asked) -> asio::awaitable<Readings> {
        co_return read_this_host(asked.request);
    });
    add_handler<protocol::ReadCheckpoint>(handlers,
                                          [](protocol::ReadCheckpoint asked) -> asio::awaitable<CheckpointText> {
                                              co_return read_checkpoint(asked.path);
                                          });
    add_handler<protocol::BindPorts>(
        handlers, [&context](protocol::BindPorts asked) -> asio::awaitable<protocol::BindPorts::Reply> {
            protocol::BindPorts::Reply states;
            for (const auto& [address, port] : asked.ports)
                states[fmt::format("bind({}:{})", address, port)] = try_bind(context, address, port);
            co_return states;
        });
    add_handler<protocol::Listen>(
        handlers, [&context](protocol::Listen asked) { return listen(context, std::move(asked.address)); });
    add_handler<protocol::Connect>(handlers,
                                   [&context](protocol::Connect asked) { return connect(context, std::move(asked)); });
}

}  // namespace r1cluster::detail
