// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_link.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iostream>
#include <map>
#include <set>

#include "host/guard/peer_line.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/protocol.hpp"
#include "host/guard/unproven.hpp"
#include "host/os/result_of.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::PeerHello;
using protocol::PeerNews;
using protocol::PeerProof;
constexpr auto beat_interval = std::chrono::seconds(1);
constexpr auto retry_interval = std::chrono::milliseconds(300);
constexpr auto handshake_limit = std::chrono::seconds(5);

}  // namespace

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
    std::map<std::string, std::shared_ptr<PeerLine>> peers;  // proven connections, by host
    std::map<std::string, double> clock_offsets;             // our clock minus that of each host, at most
    Unproven unproven;                                       // to the head
    std::uint64_t accepted = 0;                              // connections
    std::optional<PeerNews> told;                            // for those that connect later
    std::set<std::string> knowing;  // hosts that were told of our end, or that ended themselves
    bool is_over = false;

    bool is_head() const { return plan.hosts.front().host == host; }

    void tell(const std::string& peer, const std::shared_ptr<PeerLine>& line) {
        line->write(*told);
        knowing.insert(peer);
    }

    /// A host may end before the link has come up: then the others learn of it when it does.
    bool has_told_all() const {
        for (const auto& [peer, line] : peers) {
            if (line->is_writing()) return false;
        }
        for (const HostLaunch& other : plan.hosts) {
            const bool is_peer = other.host != host && (is_head() || &other == &plan.hosts.front());
            if (told && is_peer && !knowing.contains(other.host)) return false;
        }
        return true;
    }

    void hear(const std::string& peer, const std::string& text) {
        const auto news = from_json_leniently<PeerNews>(text, peer);
        note_clock(peer, news.sent_at);
        if (callbacks.on_heard) callbacks.on_heard(peer);
        if (callbacks.on_activities && !news.ranks.empty()) callbacks.on_activities(peer, news.ranks);
        if (news.ended.empty()) return;
        knowing.insert(news.ended);
        if (is_head()) {
            for (const auto& [other, line] : peers) {
                if (other != peer) line->write(passed_on(news));
            }
        }
        if (callbacks.on_ended) callbacks.on_ended(news.ended, news.cause, news.happened_at + clock_offset(peer));
    }

    /// A message is under way for some time, so the least difference that was seen is the nearest to the true one.
    void note_clock(const std::string& peer, double sent_at) {
        if (sent_at <= 0) return;  // a guard that does not say
        const double seen = monotonic_s() - sent_at;
        const auto known = clock_offsets.try_emplace(peer, seen).first;
        known->second = std::min(known->second, seen);
    }
    double clock_offset(const std::string& peer) const {
        const auto known = clock_offsets.find(peer);
        return known == clock_offsets.end() ? 0 : known->second;
    }

    PeerNews beat_news() const {
        PeerNews news;
        news.sent_at = monotonic_s();
        if (!is_head() && callbacks.activities) news.ranks = callbacks.activities();
        return news;
    }
    /// What the head heard from one guard, for the others, who know the head's clock alone.
    PeerNews passed_on(PeerNews news) const {
        if (news.happened_at > 0) news.happened_at += clock_offset(news.ended);
        news.sent_at = monotonic_s();
        return news;
    }

    asio::awaitable<void> listen_to(std::string peer, std::shared_ptr<PeerLine> line) {
        // A peer has one connection at a time, so of two the later one is the peer's; the other proves itself with what
        // the peer wrote before giving it up.
        if (const auto known = peers.find(peer); known != peers.end()) {
            if (known->second->number > line->number) co_return;
            known->second->close();
        }
        peers[peer] = line;
        if (callbacks.on_heard) callbacks.on_heard(peer);
        line->write(beat_news());
        if (told) tell(peer, line);
        try {
            for (std::string text = co_await line->next(); !text.empty() && !is_over; text = co_await line->next())
                hear(peer, text);
        } catch (const std::exception&) {
            // Not our protocol: as if it had hung up.
        }
        const auto mine = peers.find(peer);
        if (mine == peers.end() || mine->second != line) co_return;
        peers.erase(mine);
        if (!is_over && callbacks.on_lost) callbacks.on_lost(peer);
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
    asio::awaitable<std::string> shake_hands(std::shared_ptr<PeerLine> line) {
        const PeerHello mine{random_token(), protocol::hello_of_guard()};
        line->write(mine);
        const PeerHello theirs = co_await line->read<PeerHello>();
        line->write(PeerProof{host, hmac_hex(token, theirs.nonce + " " + host)});
        const PeerProof answer = co_await line->read<PeerProof>();
        const bool is_known = plan.find(answer.host) != nullptr && answer.host != host;
        if (!is_known || !is_equal_secret(answer.proof, hmac_hex(token, mine.nonce + " " + answer.host)))
            co_return std::string();
        require_common_protocol(theirs.hello, answer.host);
        co_return answer.host;
    }

    /// Empty: a stranger, who gets no answer.
    asio::awaitable<std::string> peer_of(std::shared_ptr<PeerLine> line) {
        asio::steady_timer deadline(context, handshake_limit);
        deadline.async_wait([line](boost::system::error_code cancelled) {
            if (!cancelled) line->close();
        });
        std::string peer;
        try {
            peer = co_await shake_hands(line);
        } catch (const std::exception&) {
            // Not our protocol, or the token of another deployment.
        }
        deadline.cancel();
        co_return peer;
    }

    asio::awaitable<void> meet(std::shared_ptr<PeerLine> line) {
        const auto self = shared_from_this();
        const std::string peer = co_await peer_of(line);
        if (!peer.empty()) co_await listen_to(peer, line);
        line->close();
    }

    asio::awaitable<void> meet_caller(std::shared_ptr<PeerLine> line) {
        const auto self = shared_from_this();
        const auto place = unproven.enter(line->socket.native_handle(), [line] { line->close(); });
        const std::string peer = co_await peer_of(line);
        unproven.leave(place);
        if (!peer.empty()) co_await listen_to(peer, line);
        line->close();
    }

    /// Anybody may connect, as often and as many as they like: that must not end the listening.
    asio::awaitable<void> accept_all() {
        const auto self = shared_from_this();
        asio::steady_timer pause(context);
        while (!is_over) {
            auto [error, socket] = co_await acceptor.async_accept(result_of);
            if (!error) {
                auto line = std::make_shared<PeerLine>(std::move(socket));
                line->number = ++accepted;
                asio::co_spawn(context, meet_caller(std::move(line)), asio::detached);
                continue;
            }
            if (!is_passing(error)) co_return;
            unproven.close_oldest();
            pause.expires_after(accept_pause);
            co_await pause.async_wait(result_of);
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
                auto line = std::make_shared<PeerLine>(tcp::socket(context));
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
            for (const auto& [peer, line] : peers) line->write(beat_news());
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
    for (const auto& [peer, line] : state_->peers) line->close();
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

void GuardLink::tell(const std::optional<Cause>& cause, double happened_at) {
    state_->told = PeerNews{true, state_->host, cause, monotonic_s(), happened_at};
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
