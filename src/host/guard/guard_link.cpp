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
#include <map>
#include <set>

#include "host/os/digest.hpp"
#include "launch/describe.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
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

void write_line(const std::shared_ptr<Line>& line, const json::object& message);

asio::awaitable<void> write_out(std::shared_ptr<Line> line) {
    line->is_writing = true;
    while (!line->unwritten.empty()) {
        const std::string bytes = std::exchange(line->unwritten, {});
        const auto [error, size] = co_await asio::async_write(line->socket, asio::buffer(bytes), result_of);
        if (error) break;
    }
    line->is_writing = false;
}

void write_line(const std::shared_ptr<Line>& line, const json::object& message) {
    line->unwritten += json::serialize(message) + "\n";
    if (!line->is_writing) asio::co_spawn(line->socket.get_executor(), write_out(line), asio::detached);
}

json::object ended_message(const std::string& host, const std::optional<Cause>& cause) {
    return {{"ended", host}, {"cause", to_value(cause)}};
}
json::object beat_message() { return {{"beat", true}}; }
json::object nonce_message(const std::string& nonce) { return {{"nonce", nonce}}; }
json::object proof_message(const std::string& host, const std::string& proof) {
    return {{"host", host}, {"proof", proof}};
}

std::string text_of(const json::value& message, const char* name) {
    const json::value* field = message.is_object() ? message.get_object().if_contains(name) : nullptr;
    return field && field->is_string() ? std::string(field->get_string()) : std::string();
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
    std::optional<json::object> told;                    // for those that connect later
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
        const json::value message = parse_json(text, peer);
        if (callbacks.on_heard) callbacks.on_heard(peer);
        const std::string ended = text_of(message, "ended");
        if (ended.empty()) return;
        knowing.insert(ended);
        const auto cause = from_value<std::optional<Cause>>(message.at("cause"), peer);
        if (is_head()) {
            for (const auto& [other, line] : peers) {
                if (other != peer) write_line(line, ended_message(ended, cause));
            }
        }
        if (callbacks.on_ended) callbacks.on_ended(ended, cause);
    }

    asio::awaitable<void> listen_to(std::string peer, std::shared_ptr<Line> line) {
        peers[peer] = line;
        if (callbacks.on_heard) callbacks.on_heard(peer);
        write_line(line, beat_message());
        if (told) tell(peer, line);
        try {
            for (std::string text = co_await line->next(); !text.empty() && !is_over; text = co_await line->next())
                hear(peer, text);
        } catch (const std::exception&) {
            // Not our protocol: as if it had hung up.
        }
        if (const auto mine = peers.find(peer); mine != peers.end() && mine->second == line) peers.erase(mine);
    }

    /// Both send a nonce, then each proves that it knows the token by the other's nonce and its own name.
    asio::awaitable<std::string> shake_hands(std::shared_ptr<Line> line) {
        const std::string mine = random_token();
        write_line(line, nonce_message(mine));
        const std::string theirs = text_of(parse_json(co_await line->next(), "peer"), "nonce");
        write_line(line, proof_message(host, hmac_hex(token, theirs + " " + host)));
        const json::value answer = parse_json(co_await line->next(), "peer");
        const std::string peer = text_of(answer, "host");
        const bool is_known = plan.find(peer) != nullptr && peer != host;
        co_return is_known&& is_equal(text_of(answer, "proof"), hmac_hex(token, mine + " " + peer)) ? peer
                                                                                                    : std::string();
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
            for (const auto& [peer, line] : peers) write_line(line, beat_message());
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
    state_->told = ended_message(state_->host, cause);
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
