// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_link.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <map>
#include <set>

#include "host/guard/protocol.hpp"
#include "host/os/digest.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::PeerHello;
using protocol::PeerNews;
using protocol::PeerProof;
constexpr auto result_of = asio::as_tuple(asio::use_awaitable);
constexpr auto beat_interval = std::chrono::seconds(1);
constexpr auto retry_interval = std::chrono::milliseconds(300);
constexpr std::size_t max_line_bytes = 64 << 10;

/// One connection: lines of JSON, written in order.
struct Line {
    explicit Line(tcp::socket open) : socket(std::move(open)) {}
    tcp::socket socket;
    std::string unread;
    std::string unwritten;
    bool is_writing = false;

    /// Empty at the end of the stream, and for a line that is too long.
    asio::awaitable<std::string> next() {
        const auto [error, size] =
            co_await asio::async_read_until(socket, asio::dynamic_buffer(unread, max_line_bytes), '\n', result_of);
        if (error) co_return std::string();
        std::string line = unread.substr(0, size - 1);
        unread.erase(0, size);
        co_return line;
    }
};

asio::awaitable<void> write_out(std::shared_ptr<Line> line) {
    line->is_writing = true;
    while (!line->unwritten.empty()) {
        const std::string bytes = std::exchange(line->unwritten, {});
        const auto [error, size] = co_await asio::async_write(line->socket, asio::buffer(bytes), result_of);
        if (error) break;
    }
    line->is_writing = false;
}

template <class Message>
void write_line(const std::shared_ptr<Line>& line, const Message& message) {
    line->unwritten += json::serialize(to_value(message)) + "\n";
    if (!line->is_writing) asio::co_spawn(line->socket.get_executor(), write_out(line), asio::detached);
}

template <class Message>
asio::awaitable<Message> read_line(std::shared_ptr<Line> line) {
    const std::string text = co_await line->next();
    co_return from_json_leniently<Message>(text, "peer");
}

bool is_equal(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string hmac_hex(const std::string& key, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), digest.data(), &size);
    return to_hex(digest.data(), size);
}

std::string random_token() {
    std::array<unsigned char, 32> bytes;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw Error(ErrorKind::system, "random", "making a token: the system gives no randomness");
    }
    return to_hex(bytes.data(), bytes.size());
}

struct GuardLink::State : std::enable_shared_from_this<GuardLink::State> {
    State(asio::io_context& io, const LaunchPlan& launch_plan, const std::string& name, std::string secret,
          Callbacks calls)
        : context(io),
          plan(launch_plan),
          host(name),
          token(std::move(secret)),
          callbacks(std::move(calls)),
          acceptor(io),
          beat(io) {}

    asio::io_context& context;
    const LaunchPlan& plan;
    std::string host;
    std::string token;
    Callbacks callbacks;
    tcp::acceptor acceptor;
    asio::steady_timer beat;
    std::map<std::string, std::shared_ptr<Line>> peers;  // proven connections, by host
    std::optional<PeerNews> told;                        // for those that connect later
    std::set<std::string> knowing;                       // hosts that were told of our end, or that ended themselves
    bool is_over = false;

    bool is_head() const { return plan.hosts.front().host == host; }

    void tell(const std::string& peer, const std::shared_ptr<Line>& line) {
        write_line(line, *told);
        knowing.insert(peer);
    }

    /// A host may end before the link has come up: then the others learn of it when it does.
    bool has_told_all() const {
        for (const auto& [peer, line] : peers) {
            if (line->is_writing) return false;
        }
        for (const HostLaunch& other : plan.hosts) {
            const bool is_peer = other.host != host && (is_head() || &other == &plan.hosts.front());
            if (told && is_peer && !knowing.contains(other.host)) return false;
        }
        return true;
    }

    void hear(const std::string& peer, const std::string& text) {
        const auto news = from_json_leniently<PeerNews>(text, peer);
        if (callbacks.on_heard) callbacks.on_heard(peer);
        if (news.ended.empty()) return;
        knowing.insert(news.ended);
        if (is_head()) {
            for (const auto& [other, line] : peers) {
                if (other != peer) write_line(line, news);
            }
        }
        if (callbacks.on_ended) callbacks.on_ended(news.ended, news.cause);
    }

    asio::awaitable<void> listen_to(std::string peer, std::shared_ptr<Line> line) {
        peers[peer] = line;
        if (callbacks.on_heard) callbacks.on_heard(peer);
        write_line(line, PeerNews());
        if (told) tell(peer, line);
        try {
            for (std::string text = co_await line->next(); !text.empty() && !is_over; text = co_await line->next())
                hear(peer, text);
        } catch (const std::exception&) {
            // Not our protocol: as if it had hung up.
        }
        if (const auto mine = peers.find(peer); mine != peers.end() && mine->second == line) peers.erase(mine);
    }

    /// The guards of one deployment are started by one controller; where they are of different builds after all, it is
    /// in guard.log.
    void require_common_protocol(const protocol::Hello& theirs, const std::string& peer) const {
        try {
            protocol::require_common_protocol(peer, {"this guard", protocol::hello_of_guard()},
                                              {"the guard on " + peer, theirs}, "start the deployment anew");
        } catch (const Error& error) {
            std::cerr << error.what() << std::endl;
            throw;
        }
    }

    /// Both send a nonce, then each proves that it knows the token by the other's nonce and its own name.
    asio::awaitable<std::string> shake_hands(std::shared_ptr<Line> line) {
        const PeerHello mine{random_token(), protocol::hello_of_guard()};
        write_line(line, mine);
        const PeerHello theirs = co_await read_line<PeerHello>(line);
        write_line(line, PeerProof{host, hmac_hex(token, theirs.nonce + " " + host)});
        const PeerProof answer = co_await read_line<PeerProof>(line);
        const bool is_known = plan.find(answer.host) != nullptr && answer.host != host;
        if (!is_known || !is_equal(answer.proof, hmac_hex(token, mine.nonce + " " + answer.host)))
            co_return std::string();
        require_common_protocol(theirs.hello, answer.host);
        co_return answer.host;
    }

    asio::awaitable<void> meet(std::shared_ptr<Line> line) {
        const auto self = shared_from_this();
        asio::steady_timer deadline(context, std::chrono::seconds(5));
        deadline.async_wait([line](boost::system::error_code cancelled) {
            boost::system::error_code ignored;
            if (!cancelled) line->socket.close(ignored);
        });
        std::string peer;
        try {
            peer = co_await shake_hands(line);
        } catch (const std::exception&) {
            // A stranger on the port; it gets no answer.
        }
        deadline.cancel();
        if (!peer.empty()) co_await listen_to(peer, line);
        boost::system::error_code ignored;
        line->socket.close(ignored);
    }

    asio::awaitable<void> accept_all() {
        const auto self = shared_from_this();
        while (!is_over) {
            auto [error, socket] = co_await acceptor.async_accept(result_of);
            if (error) co_return;
            asio::co_spawn(context, meet(std::make_shared<Line>(std::move(socket))), asio::detached);
        }
    }

    asio::awaitable<void> keep_connected() {
        const auto self = shared_from_this();
        asio::steady_timer retry(context);
        tcp::resolver resolver(context);
        while (!is_over) {
            const auto [unresolved, found] = co_await resolver.async_resolve(
                plan.hosts.front().address, std::to_string(plan.guard_port), tcp::resolver::numeric_service, result_of);
            if (!unresolved && !is_over) {
                auto line = std::make_shared<Line>(tcp::socket(context));
                const auto [refused] = co_await line->socket.async_connect(found.begin()->endpoint(), result_of);
                if (!refused) co_await meet(line);
            }
            if (is_over) co_return;
            retry.expires_after(retry_interval);
            co_await retry.async_wait(result_of);
        }
    }

    asio::awaitable<void> beat_on() {
        const auto self = shared_from_this();
        while (!is_over) {
            beat.expires_after(beat_interval);
            co_await beat.async_wait(result_of);
            for (const auto& [peer, line] : peers) write_line(line, PeerNews());
        }
    }
};

GuardLink::GuardLink(asio::io_context& context, const LaunchPlan& plan, const std::string& host, std::string token,
                     Callbacks callbacks)
    : state_(std::make_shared<State>(context, plan, host, std::move(token), std::move(callbacks))) {}

GuardLink::~GuardLink() {
    state_->is_over = true;
    state_->beat.cancel();
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    for (const auto& [peer, line] : state_->peers) line->socket.close(ignored);
}

void GuardLink::start() {
    State& state = *state_;
    if (state.plan.hosts.size() < 2) return;
    if (state.is_head()) {
        const std::string& address = state.plan.hosts.front().address;
        boost::system::error_code error;
        tcp::resolver resolver(state.context);
        const auto found = resolver.resolve(address, std::to_string(state.plan.guard_port),
                                            tcp::resolver::passive | tcp::resolver::numeric_service, error);
        if (!error) state.acceptor.open(found.begin()->endpoint().protocol(), error);
        if (!error) state.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) state.acceptor.bind(found.begin()->endpoint(), error);
        if (!error) state.acceptor.listen(64, error);
        if (error) {
            throw Error(
                ErrorKind::unavailable, address,
                fmt::format("opening the guard link on {}:{}: {}", address, state.plan.guard_port, error.message()));
        }
        asio::co_spawn(state.context, state.accept_all(), asio::detached);
    } else {
        asio::co_spawn(state.context, state.keep_connected(), asio::detached);
    }
    asio::co_spawn(state.context, state.beat_on(), asio::detached);
}

void GuardLink::tell(const std::optional<Cause>& cause) {
    state_->told = PeerNews{true, state_->host, cause};
    for (const auto& [peer, line] : state_->peers) state_->tell(peer, line);
}

asio::awaitable<void> GuardLink::flush(double timeout_s) {
    const auto state = state_;
    asio::steady_timer pause(state->context);
    for (double waited_s = 0; waited_s < timeout_s; waited_s += 0.02) {
        if (state->has_told_all()) co_return;
        pause.expires_after(std::chrono::milliseconds(20));
        co_await pause.async_wait(result_of);
    }
}

}  // namespace r1cluster::detail
