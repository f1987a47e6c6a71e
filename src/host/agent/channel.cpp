// SPDX-License-Identifier: Apache-2.0
#include "host/agent/channel.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <map>
#include <optional>

#include "host/agent/frame.hpp"
#include "host/agent/protocol.hpp"
#include "host/os/child.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster::detail {

constexpr std::size_t errors_kept_bytes = 4096;
constexpr double push_stall_s = 30;

struct Channel::State : std::enable_shared_from_this<Channel::State> {
    struct Pending {
        asio::steady_timer answered;
        std::optional<boost::json::value> value;
        std::optional<Error> error;
    };

    State(asio::io_context& io, HostSpec spec, HostOptions host_options, AgentBinary agent)
        : context(io),
          host(std::move(spec)),
          options(std::move(host_options)),
          binary(std::move(agent)),
          deadline(io),
          queued(io) {}

    asio::io_context& context;
    HostSpec host;
    HostOptions options;
    AgentBinary binary;
    std::unique_ptr<Child> child;
    FrameReader reader;
    std::string errors;  // the end of what the child wrote to its standard error
    bool errors_ended = false;
    bool is_greeted = false;
    std::optional<Error> broken;
    asio::steady_timer deadline;
    asio::steady_timer queued;
    std::deque<std::string> to_write;
    std::map<std::uint64_t, std::shared_ptr<Pending>> pending;
    std::uint64_t last_id = 0;

    std::string target() const {
        if (host.transport == Transport::local) return fmt::format("{} (local)", host.name);
        return fmt::format("{} (ssh {}{})", host.name,
                           options.ssh_config.empty() ? "" : fmt::format("-F {} ", options.ssh_config),
                           host.ssh.empty() ? host.address : host.ssh);
    }

    void interrupt(const Error& reason) {
        for (auto& [id, waiting] : pending) {
            waiting->error = reason;
            waiting->answered.cancel();
        }
    }

    void fail(const Error& reason) {
        if (broken) return;
        broken = reason;
        interrupt(reason);
        deadline.cancel();
        queued.cancel();
        if (child) {
            boost::system::error_code ignored;
            child->input().close(ignored);
            child->output().close(ignored);
            child->errors().close(ignored);
        }
    }

    /// Fails the channel unless disarmed by deadline.cancel() in time.
    void arm(double timeout_s, std::string what) {
        deadline.expires_after(steady_duration(seconds(timeout_s)));
        deadline.async_wait([self = shared_from_this(), timeout_s, what](boost::system::error_code error) {
            if (error) return;
            self->fail(Error(
                ErrorKind::timed_out, self->host.name,
                fmt::format("connecting to {}: {} within {:.0f} s{}", self->target(), what, timeout_s, self->said())));
        });
    }

    std::string said() const {
        std::string text = errors;
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
        for (char& c : text) {
            if (c == '\n' || c == '\r' || static_cast<unsigned char>(c) < 0x20) c = ' ';
        }
        return text.empty() ? "" : "; it said: " + text;
    }

    asio::awaitable<void> read_errors() {
        std::array<char, 1024> bytes;
        while (true) {
            const auto [error, size] = co_await child->errors().async_read_some(asio::buffer(bytes), result_of);
            if (error) break;
            errors.append(bytes.data(), size);
            if (errors.size() > errors_kept_bytes) errors.erase(0, errors.size() - errors_kept_bytes);
        }
        errors_ended = true;
    }

    /// The stream ended: why, in the words of ssh and the remote shell.
    asio::awaitable<Error> ended(std::string_view doing) {
        // What it wrote to standard error may still be under way.
        for (int i = 0; i < 20 && !errors_ended; ++i) co_await pause(0.025);
        const int code = child->end();
        std::string how = code >= 128 && code != 255 ? fmt::format("was killed by signal {}", code - 128)
                                                     : fmt::format("ended with code {}", code);
        if (host.transport == Transport::local) {
            co_return Error(ErrorKind::unavailable, host.name,
                            fmt::format("{} {}: the agent {}{}", doing, target(), how, said()));
        }
        std::string advice;
        if (errors.empty() && code == 255) {
            advice = " and said nothing: what it ran there was killed, or the login's shell ended so";
        } else if (errors.find("Permission denied") != std::string::npos && code == 255) {
            advice = "; ssh must log in without a question: check its key with \"ssh -o BatchMode=yes\"";
        } else if (errors.find("Host key verification failed") != std::string::npos) {
            advice = "; connect once with ssh by hand and compare the fingerprint";
        }
        co_return Error(ErrorKind::unavailable, host.name,
                        fmt::format("{} {}: ssh {}{}{}", doing, target(), how, said(), advice));
    }

    asio::awaitable<void> pause(double duration_s) {
        asio::steady_timer timer(context, steady_duration(seconds(duration_s)));
        co_await timer.async_wait(result_of);
    }

    /// More bytes from the agent, or false at the end of the stream.
    asio::awaitable<bool> read_some() {
        std::vector<char> bytes(64 << 10);
        const auto [error, size] = co_await child->output().async_read_some(asio::buffer(bytes), result_of);
        if (error) co_return false;
        reader.append(std::string_view(bytes.data(), size));
        co_return true;
    }

    asio::awaitable<void> push() {
        const std::string bytes = read_text_file(binary.path, 256u << 20);
        for (std::size_t sent = 0; sent < bytes.size();) {
            arm(push_stall_s, fmt::format("no progress in copying the agent ({} of {})", format_bytes(sent),
                                          format_bytes(bytes.size())));
            const std::size_t piece = std::min<std::size_t>(bytes.size() - sent, 256 << 10);
            const auto [error, size] =
                co_await asio::async_write(child->input(), asio::buffer(bytes.data() + sent, piece), result_of);
            if (error) break;  // the script says why on its way out
            sent += size;
            if (options.on_progress) {
                options.on_progress({"read",
                                     fmt::format("{}: copying the agent, {} of {}", host.name, format_bytes(sent),
                                                 format_bytes(bytes.size())),
                                     0, false});
            }
        }
        arm(push_stall_s, "no greeting of the copied agent");
    }

    asio::awaitable<void> open() {
        child = Child::start(context, agent_command(host, options, binary));
        asio::co_spawn(
            context, [self = shared_from_this()] { return self->read_errors(); }, asio::detached);
        arm(options.connect_timeout_s, "no answer");
        std::size_t noise_bytes = 0;
        while (true) {
            while (auto line = reader.next_line()) {
                // At the end of the line: what a shell prints before it may lack a line end.
                if (line->ends_with(agent_greeting)) {
                    deadline.cancel();
                    is_greeted = true;
                    asio::co_spawn(
                        context, [self = shared_from_this()] { return self->read_frames(); }, asio::detached);
                    asio::co_spawn(
                        context, [self = shared_from_this()] { return self->write_frames(); }, asio::detached);
                    co_return;
                }
                if (line->ends_with(need_agent_line)) co_await push();
                if (line->ends_with(no_agent_line)) {
                    for (int i = 0; i < 20 && !errors_ended; ++i) co_await pause(0.025);
                    throw Error(
                        ErrorKind::unavailable, host.name,
                        fmt::format("copying the agent ({}) to {}: there is no place for it under ~/.cache/r1cluster{}",
                                    format_bytes(binary.size_bytes), target(), said()));
                }
                noise_bytes += line->size();
            }
            if (noise_bytes + reader.pending_bytes() > max_noise_bytes) {
                throw Error(
                    ErrorKind::unavailable, host.name,
                    fmt::format(
                        "connecting to {}: more than {} before the agent's greeting; does a shell start-up file print?",
                        target(), format_bytes(max_noise_bytes)));
            }
            if (!co_await read_some()) {
                if (broken) throw *broken;
                const Error why = co_await ended("connecting to");  // GCC 12 breaks `throw co_await`
                throw why;
            }
        }
    }

    void answer(const std::string& body) {
        auto reply = protocol::parse_reply(body, host.name);
        const auto waiting = pending.find(reply.id);
        if (waiting == pending.end()) return;  // its deadline has passed
        if (reply.error) {
            waiting->second->error = from_wire(*reply.error, host.name);
        } else {
            waiting->second->value = std::move(reply.result);
        }
        waiting->second->answered.cancel();
    }

    asio::awaitable<void> read_frames() {
        const auto self = shared_from_this();
        try {
            while (true) {
                while (auto body = reader.next_frame()) answer(*body);
                if (!co_await read_some()) break;
            }
            if (broken) co_return;
            const Error why = co_await ended("talking to");
            fail(why);
        } catch (const std::exception& error) {
            fail(Error(ErrorKind::unavailable, host.name, fmt::format("talking to {}: {}", target(), error.what())));
        }
    }

    asio::awaitable<void> write_frames() {
        const auto self = shared_from_this();
        while (!broken) {
            if (to_write.empty()) {
                queued.expires_at(std::chrono::steady_clock::time_point::max());
                co_await queued.async_wait(result_of);
                continue;
            }
            const std::string frame = std::move(to_write.front());
            to_write.pop_front();
            const auto [error, size] = co_await asio::async_write(child->input(), asio::buffer(frame), result_of);
            if (error) co_return;  // the reader notices and knows why
        }
    }

    asio::awaitable<boost::json::value> call(std::string method, boost::json::value params, seconds timeout) {
        const auto self = shared_from_this();
        if (broken) throw *broken;
        const std::uint64_t id = ++last_id;
        const auto mine =
            pending.emplace(id, std::make_shared<Pending>(Pending{asio::steady_timer(context), {}, {}})).first->second;
        to_write.push_back(to_frame(to_body(protocol::RequestFrame{id, method, std::move(params)})));
        queued.cancel();
        mine->answered.expires_after(steady_duration(timeout));
        co_await mine->answered.async_wait(result_of);
        pending.erase(id);
        if (mine->error) throw *mine->error;
        if (mine->value) co_return std::move(*mine->value);
        throw Error(ErrorKind::timed_out, host.name,
                    fmt::format("asking {} for \"{}\": no answer within {:.0f} s", target(), method, timeout.count()));
    }
};

Channel::Channel(asio::io_context& context, HostSpec host, const HostOptions& options, const AgentBinary& binary)
    : state_(std::make_shared<State>(context, std::move(host), options, binary)) {}

Channel::~Channel() { close(); }

asio::awaitable<void> Channel::open() {
    const auto state = state_;
    std::optional<Error> failure;
    try {
        co_await state->open();
    } catch (const Error& error) {
        failure = error;
    }
    if (failure) {
        state->fail(*failure);
        if (state->child) state->child->end();
        throw *state->broken;
    }
}

asio::awaitable<boost::json::value> Channel::call(std::string method, boost::json::value params, seconds timeout) {
    return state_->call(std::move(method), std::move(params), timeout);
}

void Channel::interrupt(const Error& reason) { state_->interrupt(reason); }
void Channel::fail(const Error& reason) { state_->fail(reason); }
bool Channel::is_greeted() const { return state_->is_greeted; }
bool Channel::is_usable() const { return state_->is_greeted && !state_->broken; }
const HostSpec& Channel::host() const { return state_->host; }

void Channel::close() {
    state_->fail(
        Error(ErrorKind::unavailable, state_->host.name, "the connection to " + state_->target() + " was closed"));
    if (state_->child) state_->child->end();
}

}  // namespace r1cluster::detail
