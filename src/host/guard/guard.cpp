// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <utility>

#include "engine/registry/registry.hpp"
#include "host/guard/containment.hpp"
#include "host/guard/guard_link.hpp"
#include "host/guard/job_folder.hpp"
#include "host/guard/log_file.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/protocol.hpp"
#include "host/guard/residue.hpp"
#include "host/os/child.hpp"
#include "host/os/clock.hpp"
#include "host/os/exit_watch.hpp"
#include "host/os/files.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/launch/supervise.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
using protocol::GuardVerb;
using unix_socket = asio::local::stream_protocol;
constexpr auto result_of = asio::as_tuple(asio::use_awaitable);
constexpr auto tick_interval = std::chrono::milliseconds(200);
constexpr int ticks_between_looks = 25;
constexpr double tell_s = 3;  // a peer may be about to connect
constexpr double flush_s = 1;

struct Running {
    ProcessStatus status;
    std::unique_ptr<Child> child;
    std::unique_ptr<LogFile> log;
};

class Guard {
public:
    Guard(asio::io_context& context, JobFolder folder, LaunchPlan plan, std::string host, std::string token,
          std::string marker)
        : context_(context),
          folder_(std::move(folder)),
          plan_(std::move(plan)),
          mine_(*plan_.find(host)),
          host_(std::move(host)),
          marker_(std::move(marker)),
          started_at_(utc_now()),
          containment_(Containment::make(fmt::format("r1cluster-{}-{}-{}", plan_.deployment, host_, ::getpid()))),
          state_(supervise::initial(plan_, host_, monotonic_s())),
          link_(context_, plan_, host_, std::move(token), callbacks()),
          listener_(context_),
          tick_(context_),
          signals_(context_, SIGTERM, SIGINT, SIGHUP) {}

    void run() {
        const JobGroup group{containment_->cgroup(), marker_, temporary_};
        folder_.write("group", json::serialize(to_value(group)));
        link_.start();
        listen();
        save();
        asio::co_spawn(context_, accept_all(), asio::detached);
        asio::co_spawn(context_, tick_on(), asio::detached);
        asio::co_spawn(context_, await_signals(), asio::detached);
        context_.run();
        ::unlink(folder_.file("guard.sock").c_str());
    }

private:
    // What happens becomes an event, and what the policy decides is carried out: the only place where both meet.
    void happen(const supervise::Event& event) {
        supervise::Step step = supervise::step(std::move(state_), event, monotonic_s());
        state_ = std::move(step.state);
        for (const supervise::Decision& decision : step.decisions) {
            std::visit([this](const auto& what) { carry_out(what); }, decision);
        }
        if (!step.decisions.empty() || std::holds_alternative<supervise::RankSeen>(event) ||
            std::holds_alternative<supervise::Commit>(event))
            save();
    }

    void carry_out(const supervise::StartProcess& what) {
        for (const ProcessSpec& process : mine_.processes) {
            if (process.name == what.name) asio::co_spawn(context_, start(process), asio::detached);
        }
    }

    void carry_out(const supervise::Terminate&) {
        note_shared_memory();
        for (auto& [name, running] : running_) {
            // The child is not reaped before its own coroutine does it, so the number is still its own.
            if (running.child && running.status.is_alive) signal_child(running.status.pid, SIGTERM);
        }
    }

    void carry_out(const supervise::Kill&) {
        note_shared_memory();
        // The policy says it again after a second, if need be: then nobody is spared.
        if (std::exchange(has_killed_, true)) {
            containment_->kill();
        } else {
            containment_->kill_all_but_cleaners();
        }
    }
    void carry_out(const supervise::TellPeers& what) { link_.tell(what.cause); }

    void carry_out(const supervise::Finish&) { asio::co_spawn(context_, finish(), asio::detached); }

    asio::awaitable<void> finish() {
        co_await link_.flush(tell_s);
        // The group is empty, but how its last process ended may still be on its way here.
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < flush_s && is_any_alive(); waited_s += 0.02) {
            pause.expires_after(std::chrono::milliseconds(20));
            co_await pause.async_wait(result_of);
        }
        containment_->remove();
        remove_shared_memory(shared_memory_);
        remove_temporary_folder(temporary_);
        save();
        context_.stop();
    }

    void note_shared_memory() { shared_memory_.merge(shared_memory_of(containment_->pids())); }

    bool is_any_alive() const {
        return std::any_of(running_.begin(), running_.end(),
                           [](const auto& entry) { return entry.second.status.is_alive; });
    }

    GuardLink::Callbacks callbacks() {
        return {[this](const std::string& host) { happen(supervise::PeerHeard{host}); },
                [this](const std::string& host, std::optional<Cause> cause) {
                    happen(supervise::PeerEnded{host, std::move(cause)});
                }};
    }

    std::map<std::string, std::string> environment(const ProcessSpec& process) const {
        std::map<std::string, std::string> env = passed_environment();
        env.erase("TMPDIR");  // ours is taken away afterwards
        for (const auto& [name, value] : process.env) {
            std::string expanded = value;
            if (expanded.starts_with("{state}")) expanded.replace(0, 7, folder_.path());
            env[name] = expanded;
        }
        for (const SecretVariable& secret : process.secrets) env[secret.name] = read_secret(secret.file);
        env.try_emplace("TMPDIR", temporary_);
        env[job_marker_name] = marker_;
        return env;
    }

    asio::awaitable<void> start(ProcessSpec process) {
        Running& running = running_[process.name];
        running.status.name = process.name;
        running.status.log = folder_.log(process.name);
        running.log = std::make_unique<LogFile>(running.status.log, plan_.log_file_bytes, plan_.log_files);
        running.log->on_line = [this, process](const std::string& line) { notice_rank(process, line); };
        ChildOptions options;
        options.cgroup_procs = containment_->join_descriptor();
        options.has_own_errors = false;
        try {
            options.env = environment(process);
            if (!process.wait_for.empty()) co_await wait_for(process, options);
            if (state_.phase != Phase::starting) co_return;
            running.child = Child::start(context_, process.argv, options);
        } catch (const Error& error) {
            Cause cause = cause_of(process.name, std::nullopt, 0);
            cause.text = fmt::format("{} on {} did not start: {}", process.name, host_, error.what());
            happen(supervise::ProcessExited{process.name, cause});
            co_return;
        }
        boost::system::error_code ignored;
        running.child->input().close(ignored);
        running.status.pid = running.child->pid();
        running.status.is_alive = true;
        happen(supervise::ProcessStarted{process.name, running.status.pid});
        save();
        asio::co_spawn(context_, keep_log(running), asio::detached);
        const int status = co_await running.child->wait();
        co_await drain(running);
        running.log->finish();
        running.status.is_alive = false;
        if (WIFSIGNALED(status)) {
            running.status.signal = WTERMSIG(status);
        } else {
            running.status.exit_code = WEXITSTATUS(status);
        }
        Cause cause = cause_of(process.name, status, running.status.pid);
        cause.text = fmt::format("{} on {} (pid {}) {}", process.name, host_, running.status.pid, describe_end(cause));
        happen(supervise::ProcessExited{process.name, cause});
    }

    /// Until the command exits 0, the group ends, or the engine's own time is up.
    asio::awaitable<void> wait_for(const ProcessSpec& process, const ChildOptions& options) {
        const double until = monotonic_s() + plan_.readiness.timeout_s;
        asio::steady_timer pause(context_);
        while (state_.phase == Phase::starting) {
            auto child = Child::start(context_, process.wait_for, options);
            const int status = co_await child->wait();
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) co_return;
            if (monotonic_s() > until) {
                throw Error(ErrorKind::timed_out, process.name,
                            fmt::format("\"{}\" did not succeed within {} s", fmt::join(process.wait_for, " "),
                                        plan_.readiness.timeout_s));
            }
            pause.expires_after(std::chrono::seconds(1));
            co_await pause.async_wait(result_of);
        }
    }

    asio::awaitable<void> keep_log(Running& running) {
        std::vector<char> bytes(64 << 10);
        while (running.child) {
            const auto [error, size] = co_await running.child->output().async_read_some(asio::buffer(bytes), result_of);
            if (error) co_return;
            running.log->append(std::string_view(bytes.data(), size));
            activity_ = running.log->last_line();
        }
    }

    /// What the process wrote just before its end is in the pipe: give the reader a moment.
    asio::awaitable<void> drain(Running&) {
        asio::steady_timer pause(context_, std::chrono::milliseconds(50));
        co_await pause.async_wait(result_of);
    }

    void notice_rank(const ProcessSpec& process, const std::string& line) {
        const EngineDefinition* engine = find_engine(plan_.engine);
        const auto seen = engine && engine->launch ? engine->launch->rank_of_line(line) : std::nullopt;
        if (!seen || std::find(process.ranks.begin(), process.ranks.end(), seen->rank) == process.ranks.end()) return;
        const auto known = state_.ranks.find(seen->rank);
        if (known != state_.ranks.end() && known->second == seen->pid) return;
        const std::vector<int> ours = containment_->pids();
        if (std::find(ours.begin(), ours.end(), seen->pid) == ours.end()) return;  // a log can say anything
        happen(supervise::RankSeen{seen->rank, seen->pid});
        asio::co_spawn(context_, watch_rank(process.name, seen->rank, seen->pid), asio::detached);
    }

    asio::awaitable<void> watch_rank(std::string process, int rank, int pid) {
        std::optional<int> status;
        try {
            status = co_await wait_for_exit(context_, pid);
        } catch (const boost::system::system_error&) {
            // Gone between its line and now.
        }
        ended_ranks_.insert(rank);
        Cause cause = cause_of(process, status, pid);
        cause.rank = rank;
        cause.text = fmt::format("rank {} on {} (pid {}) {}", rank, host_, pid, describe_end(cause));
        happen(supervise::RankExited{rank, cause});
    }

    Cause cause_of(const std::string& process, std::optional<int> status, int pid) {
        Cause cause;
        cause.host = host_;
        cause.process = process;
        if (pid > 0) cause.pid = pid;
        if (status && WIFSIGNALED(*status)) cause.signal = WTERMSIG(*status);
        if (status && WIFEXITED(*status)) cause.exit_code = WEXITSTATUS(*status);
        cause.is_out_of_memory = cause.signal == SIGKILL && oom_kills() > oom_kills_before_;
        if (const auto running = running_.find(process); running != running_.end() && running->second.log) {
            cause.last_line = running->second.log->telling_line();
        }
        cause.at = utc_now();
        return cause;
    }

    HostStatus status() const {
        HostStatus status;
        status.host = host_;
        status.phase = state_.phase;
        status.guard_pid = ::getpid();
        status.containment = containment_->text();
        status.started_at = started_at_;
        status.activity = activity_;
        status.cause = state_.cause;
        // Of a group that is empty no process is left, whether its end was seen here yet or not.
        const bool is_over = state_.phase == Phase::failed || state_.phase == Phase::stopped;
        for (const auto& [name, running] : running_) {
            status.processes.push_back(running.status);
            if (is_over) status.processes.back().is_alive = false;
        }
        for (const ProcessSpec& process : mine_.processes) {
            for (const int rank : process.ranks) {
                const auto seen = state_.ranks.find(rank);
                const int pid = seen == state_.ranks.end() ? 0 : seen->second;
                status.ranks.push_back({rank, pid, pid > 0 && !is_over && !ended_ranks_.contains(rank)});
            }
        }
        return status;
    }

    void save() {
        try {
            folder_.write("state.json", to_json(status()));
        } catch (const Error& error) {
            std::cerr << error.what() << std::endl;  // guard.log; the processes are worth more than the file
        }
    }

    void listen() {
        const std::string path = folder_.file("guard.sock");
        ::unlink(path.c_str());
        try {
            listener_.open();
            listener_.bind(unix_socket::endpoint(path));
            listener_.listen();
        } catch (const boost::system::system_error& error) {
            throw Error(ErrorKind::system, path,
                        fmt::format("listening on \"{}\": {} (a path of at most 107 bytes is needed)", path,
                                    error.code().message()));
        }
    }

    asio::awaitable<void> accept_all() {
        while (true) {
            auto [error, socket] = co_await listener_.async_accept(result_of);
            if (error) co_return;
            asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> serve(unix_socket::socket socket) {
        std::string unread;
        bool is_controller = false;
        while (true) {
            const auto [error, size] =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(unread, 4096), '\n', result_of);
            if (error) break;
            const std::string line = unread.substr(0, size - 1);
            unread.erase(0, size);
            const std::string answer = json::serialize(reply_to(line, is_controller)) + "\n";
            const auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(answer), result_of);
            if (write_error) break;
        }
        if (is_controller) happen(supervise::ControllerLeft{});
    }

    /// A line that is no JSON is a bare verb, of an agent of release 0.1.0.
    json::value reply_to(const std::string& line, bool& is_controller) {
        const bool is_bare = !line.starts_with('{');
        protocol::GuardReply reply;
        try {
            const auto request = is_bare ? protocol::GuardRequest{std::nullopt, line}
                                         : from_json_leniently<protocol::GuardRequest>(line, "request");
            if (request.hello) {
                reply.hello = protocol::hello_of_guard();
                return to_value(reply);
            }
            const GuardVerb verb = from_value<GuardVerb>(json::value(request.verb), "verb");
            if (verb == GuardVerb::begin) is_controller = true;
            ask(verb);
            reply.status = status();
        } catch (const Error& error) {
            reply.error = to_wire(error);
        }
        return is_bare && reply.status ? to_value(*reply.status) : to_value(reply);
    }

    void ask(GuardVerb verb) {
        if (verb == GuardVerb::begin) happen(supervise::Begin{});
        if (verb == GuardVerb::ping) happen(supervise::ControllerHeard{});
        if (verb == GuardVerb::stop) happen(supervise::StopAsked{});
        if (verb == GuardVerb::commit) {
            happen(supervise::ControllerHeard{});
            note_shared_memory();
            see_silent_ranks();
            happen(supervise::Commit{});
        }
    }

    /// A rank that its engine's log never named lives in the process that was started for it.
    void see_silent_ranks() {
        for (const ProcessSpec& process : mine_.processes) {
            for (const int rank : process.ranks) {
                const auto running = running_.find(process.name);
                if (!state_.ranks.contains(rank) && running != running_.end())
                    happen(supervise::RankSeen{rank, running->second.status.pid});
            }
        }
    }

    asio::awaitable<void> tick_on() {
        while (true) {
            tick_.expires_after(tick_interval);
            co_await tick_.async_wait(result_of);
            happen(supervise::Tick{});
            // A process that somebody kills takes what it had mapped out of sight: look before that.
            if (++ticks_ % ticks_between_looks == 0) note_shared_memory();
            if (state_.phase == Phase::stopping && containment_->pids().empty()) happen(supervise::GroupEmpty{});
        }
    }

    asio::awaitable<void> await_signals() {
        while (true) {
            const auto [error, number] = co_await signals_.async_wait(result_of);
            if (error) co_return;
            happen(supervise::StopAsked{});
        }
    }

    asio::io_context& context_;
    JobFolder folder_;
    LaunchPlan plan_;
    const HostLaunch& mine_;
    std::string host_;
    std::string marker_;
    std::string started_at_;
    std::string temporary_ = make_temporary_folder();
    std::set<std::string> shared_memory_;
    int ticks_ = 0;
    bool has_killed_ = false;
    std::string activity_;
    std::unique_ptr<Containment> containment_;
    supervise::State state_;
    std::map<std::string, Running> running_;
    std::set<int> ended_ranks_;
    const long oom_kills_before_ = oom_kills();
    GuardLink link_;
    unix_socket::acceptor listener_;
    asio::steady_timer tick_;
    asio::signal_set signals_;
};

}  // namespace

int run_guard(const std::string& path) {
    ::signal(SIGPIPE, SIG_IGN);
    const JobFolder folder(path);
    const auto lock = Lock::try_take(folder.file("lock"));
    if (!lock) {
        std::cerr << "another guard holds " << path << std::endl;
        return 3;
    }
    try {
        const std::string host = folder.read("host").value_or("");
        const auto plan = from_json<LaunchPlan>(folder.read("plan.json").value_or(""), folder.file("plan.json"));
        if (!plan.find(host))
            throw Error(ErrorKind::invalid_input, host, fmt::format("the plan has no host \"{}\"", host));
        asio::io_context context;
        Guard guard(context, folder, plan, host, folder.read("token").value_or(""), random_token().substr(0, 16));
        guard.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        folder.write("failure", error.what());
        return 3;
    }
}

}  // namespace r1cluster::detail
