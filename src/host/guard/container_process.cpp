// SPDX-License-Identifier: Apache-2.0
#include "host/guard/container_process.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <sstream>

#include "host/guard/containers.hpp"
#include "host/guard/process_facts.hpp"
#include "host/os/child.hpp"
#include "host/os/clock.hpp"
#include "host/os/exit_watch.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
constexpr double inspect_s = 20;
constexpr double command_s = 20;
constexpr auto retry_interval = std::chrono::milliseconds(500);
constexpr int end_tries = 20;          // until the runtime knows what the kernel has told
constexpr int last_output_tries = 40;  // of 50 ms

/// "{{.State.Running}} {{.State.Pid}} {{.State.ExitCode}}"
struct Look {
    bool is_running = false;
    int pid = 0;
    int exit_code = 0;
};

std::vector<std::string> inspect_command(const std::string& program, const std::string& name) {
    return {program,     "inspect",  "--type",
            "container", "--format", "{{.State.Running}} {{.State.Pid}} {{.State.ExitCode}}",
            name};
}

asio::awaitable<Look> look_at_container(asio::io_context& context, std::string program, std::string name) {
    std::vector<std::string> command = inspect_command(program, name);
    const CommandOutput said = co_await run_command(context, std::move(command), inspect_s);
    std::istringstream words(said.output);
    std::string running;
    Look look;
    if (!said.is_success() || !(words >> running >> look.pid >> look.exit_code)) {
        throw Error(ErrorKind::unavailable, name,
                    fmt::format("looking at the container \"{}\": {}", name, said.complaint()));
    }
    look.is_running = running == "true";
    co_return look;
}

}  // namespace

struct ContainerProcess::State : std::enable_shared_from_this<ContainerProcess::State> {
    State(asio::io_context& io, std::string program_path, std::string container)
        : context(io), program(std::move(program_path)), name(std::move(container)), output(io), sink(io) {
        asio::connect_pipe(output, sink);
    }

    asio::io_context& context;
    const std::string program, name;
    Look begin;
    asio::readable_pipe output;
    asio::writable_pipe sink;
    bool has_ended = false;
    bool is_followed = true;
    std::unique_ptr<Child> client;

    asio::awaitable<void> follow(std::shared_ptr<State>) {
        asio::steady_timer pause(context);
        std::string since;
        while (true) {
            try {
                co_await copy_output(since);
            } catch (const Error&) {
                // The client cannot be started now; the container may well run on.
            }
            if (has_ended) break;
            since = utc_now();
            pause.expires_after(retry_interval);
            co_await pause.async_wait(result_of);
        }
        boost::system::error_code ignored;
        sink.close(ignored);
        is_followed = false;
    }

    /// Until the client ends: with its container, or because somebody ends it.
    asio::awaitable<void> copy_output(std::string since) {
        std::vector<std::string> command{program, "logs", "--follow"};
        if (!since.empty()) command.insert(command.end(), {"--since", since});
        command.push_back(name);
        ChildOptions options;
        options.has_own_errors = false;
        client = Child::start(context, command, options);
        std::vector<char> bytes(64 << 10);
        while (true) {
            const auto [error, size] = co_await client->output().async_read_some(asio::buffer(bytes), result_of);
            if (error) break;
            const auto [write_error, written] = co_await asio::async_write(sink, asio::buffer(bytes, size), result_of);
            if (write_error) break;
        }
        client.reset();
    }

    void signal(const char* signal_name) { run({program, "kill", "--signal", signal_name, name}); }

    /// Where it fails, the container has ended, or is ended and removed by force when its time is up.
    void run(std::vector<std::string> command) {
        asio::co_spawn(
            context,
            [self = shared_from_this(), command = std::move(command)]() -> asio::awaitable<void> {
                try {
                    co_await run_command(self->context, command, command_s);
                } catch (const Error&) {
                }
            },
            asio::detached);
    }
};

asio::awaitable<std::unique_ptr<ContainerProcess>> ContainerProcess::attach(asio::io_context& context,
                                                                            std::string program, std::string name) {
    auto state = std::make_shared<State>(context, program, name);
    state->begin = co_await look_at_container(context, program, name);
    state->has_ended = !state->begin.is_running;
    asio::co_spawn(context, state->follow(state), asio::detached);
    co_return std::unique_ptr<ContainerProcess>(new ContainerProcess(std::move(state)));
}

ContainerProcess::~ContainerProcess() {
    if (state_->has_ended) state_->run({state_->program, "rm", "--force", "--volumes", state_->name});
    state_->has_ended = true;
    state_->client.reset();
}

int ContainerProcess::pid() const { return state_->begin.pid; }

asio::readable_pipe& ContainerProcess::output() { return state_->output; }

bool ContainerProcess::takes_others_along() const {
    const auto look = look_at(state_->begin.pid);
    return !look || look->is_exiting;
}

asio::awaitable<std::optional<int>> ContainerProcess::wait(std::function<void()> on_end) {
    const std::shared_ptr<State> state = state_;
    try {
        if (state->begin.is_running) co_await wait_for_exit(state->context, state->begin.pid, on_end);
    } catch (const boost::system::system_error&) {
        // It ended between the look and now.
    }
    on_end();
    state->has_ended = true;
    asio::steady_timer pause(state->context);
    // What it wrote last is on its way through the runtime.
    for (int i = 0; i < last_output_tries && state->is_followed; ++i) {
        pause.expires_after(std::chrono::milliseconds(50));
        co_await pause.async_wait(result_of);
    }
    for (int i = 0; i < end_tries; ++i) {
        try {
            const Look look = co_await look_at_container(state->context, state->program, state->name);
            if (!look.is_running) co_return wait_status_of(look.exit_code);
        } catch (const Error&) {
            // A daemon that restarts answers in a while; a container that was removed never.
        }
        pause.expires_after(retry_interval);
        co_await pause.async_wait(result_of);
    }
    co_return std::nullopt;
}

void ContainerProcess::terminate() { state_->signal("TERM"); }

void ContainerProcess::drain() { state_->signal("USR1"); }

}  // namespace r1cluster::detail
