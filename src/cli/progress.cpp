// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "report/terminal_text.hpp"

namespace r1cluster::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// The line that stands on the terminal.
struct OpenLine {
    Progress progress;
    Clock::time_point since;
    long shown_s = 0;
};
std::optional<OpenLine> open_line;

std::string line_of(const Progress& progress, double elapsed_s) {
    return fmt::format("{:>7.1f} s  {:<8} {}", elapsed_s, progress.step,
                       progress.text.substr(0, progress.text.find('\n')));
}

void rewrite(double elapsed_s) {
    // The last column stays free: some terminals begin a new line there.
    const std::string line = cut_to_columns(detail::terminal_text(line_of(open_line->progress, elapsed_s)),
                                            terminal_columns(STDERR_FILENO) - 1);
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
    open_line->shown_s = static_cast<long>(elapsed_s);
}

}  // namespace

void show_progress(const Progress& progress) {
    if (::isatty(STDERR_FILENO)) {
        open_line = {progress, Clock::now()};
        rewrite(progress.elapsed_s);
        if (progress.is_done) end_progress();
        return;
    }
    // A log wants a line a second and the end of each step, not every piece of a copy.
    static double last_s = -1;
    static std::string last_step;
    if (!progress.is_done && progress.step == last_step && progress.elapsed_s - last_s < 1) return;
    last_s = progress.elapsed_s;
    last_step = progress.step;
    print_error(line_of(progress, progress.elapsed_s) + "\n");
}

void tick_progress() {
    if (!open_line) return;
    const std::chrono::duration<double> passed = Clock::now() - open_line->since;
    const double elapsed_s = open_line->progress.elapsed_s + passed.count();
    if (static_cast<long>(elapsed_s) != open_line->shown_s) rewrite(elapsed_s);
}

void end_progress() {
    if (open_line) fmt::print(stderr, "\n");
    open_line.reset();
}

}  // namespace r1cluster::cli
