// SPDX-License-Identifier: Apache-2.0
#include "host/os/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "host/os/child.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
constexpr std::size_t most_bytes = 16 << 20;  // of each stream; what follows is read and dropped

constexpr double drain_s = 1;

/// A program and what reads its streams, kept by each of the readers.
struct Running {
    explicit Running(asio::io_context& context) : timer(context) {}
    std::unique_ptr<Child> child;
    CommandOutput result;
    asio::steady_timer timer;  ///< ends at the deadline, or as soon as there is news
    int open_streams = 2;
    std::optional<int> status;  ///< once the program has ended

    void close() {
        boost::system::error_code ignored;
        child->output().close(ignored);
        child->errors().close(ignored);
    }
};

asio::awaitable<void> collect(std::shared_ptr<Running> running, asio::readable_pipe& pipe, std::string& text) {
    std::vector<char> piece(16 << 10);
    while (true) {
        const auto [error, size] = co_await pipe.async_read_some(asio::buffer(piece), result_of);
        if (error) break;
        text.append(piece.data(), std::min(size, most_bytes - std::min(text.size(), most_bytes)));
    }
    --running->open_streams;
    running->timer.cancel();
}

asio::awaitable<void> await_end(std::shared_ptr<Running> running) {
    running->status = co_await running->child->wait();
    running->timer.cancel();
}

/// Whether it happened in time.
template <class Happened>
asio::awaitable<bool> await_until(asio::steady_timer& timer, double limit_s, Happened has_happened) {
    const auto until = std::chrono::steady_clock::now() + steady_duration(std::chrono::duration<double>(limit_s));
    while (!has_happened()) {
        if (std::chrono::steady_clock::now() >= until) co_return false;
        timer.expires_at(until);
        co_await timer.async_wait(result_of);
    }
    co_return true;
}

bool is_hint(std::string_view line) { return line.starts_with("See '") || line.starts_with("Run '"); }

/// The last line that is neither empty nor a hint.
std::string_view last_line_of(std::string_view text) {
    while (true) {
        const std::size_t end = text.find_last_not_of(" \r\n");
        if (end == std::string_view::npos) return {};
        text = text.substr(0, end + 1);
        const std::size_t begin = text.rfind('\n') + 1;  // 0 where there is no line before
        if (!is_hint(text.substr(begin))) return text.substr(begin);
        text = text.substr(0, begin);
    }
}

}  // namespace

std::string CommandOutput::complaint() const {
    std::string_view line = last_line_of(errors);
    if (line.empty()) line = last_line_of(output);
    for (const std::string_view prefix : {"docker: ", "Error: ", "Error response from daemon: "}) {
        if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
    }
    return line.empty() ? fmt::format("exit code {}, and no word why", exit_code) : std::string(line);
}

asio::awaitable<CommandOutput> run_command(asio::io_context& context, std::vector<std::string> argv, double timeout_s) {
    const auto running = std::make_shared<Running>(context);
    running->child = Child::start(context, argv);
    boost::system::error_code ignored;
    running->child->input().close(ignored);
    asio::co_spawn(context, collect(running, running->child->output(), running->result.output), asio::detached);
    asio::co_spawn(context, collect(running, running->child->errors(), running->result.errors), asio::detached);
    asio::co_spawn(context, await_end(running), asio::detached);
    const bool is_in_time =
        co_await await_until(running->timer, timeout_s, [&] { return running->status.has_value(); });
    if (!is_in_time) {
        running->child->end();
        running->close();
        throw Error(ErrorKind::timed_out, argv[0],
                    fmt::format("running \"{}\": no end within {:g} s", fmt::join(argv, " "), timeout_s));
    }
    // What it started may hold its streams open.
    co_await await_until(running->timer, drain_s, [&] { return running->open_streams == 0; });
    running->close();
    const int status = *running->status;
    running->result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    co_return std::move(running->result);
}

CommandOutput run_command(std::vector<std::string> argv, double timeout_s) {
    asio::io_context context;
    std::optional<CommandOutput> output;
    std::exception_ptr failure;
    asio::co_spawn(
        context, [&]() -> asio::awaitable<void> { output = co_await run_command(context, std::move(argv), timeout_s); },
        [&](std::exception_ptr thrown) { failure = thrown; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*output);
}

}  // namespace r1cluster::detail
