// SPDX-License-Identifier: Apache-2.0
#include "host/guard/containers.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <sstream>
#include <string_view>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

constexpr double list_s = 20;
constexpr double remove_s = 40;

std::vector<std::string> words_in(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::vector<std::string> containers_of(const std::string& program, const std::string& marker) {
    const std::string label = fmt::format("label={}={}", job_label, marker);
    const CommandOutput listed =
        run_command({program, "ps", "--all", "--quiet", "--no-trunc", "--filter", label}, list_s);
    if (!listed.is_success()) throw Error(ErrorKind::unavailable, program, listed.complaint());
    return words_in(listed.output);
}

}  // namespace

int wait_status_of(int exit_code) {
    constexpr int signalled = 128;
    const bool is_signal = exit_code > signalled && exit_code < signalled + NSIG;
    return is_signal ? exit_code - signalled : (exit_code & 0xff) << 8;
}

std::string remove_containers(const std::string& program, const std::string& marker) {
    try {
        const std::vector<std::string> ids = containers_of(program, marker);
        if (ids.empty()) return {};
        std::vector<std::string> command{program, "rm", "--force", "--volumes"};
        command.insert(command.end(), ids.begin(), ids.end());
        const CommandOutput removed = run_command(command, remove_s);
        const std::vector<std::string> left = containers_of(program, marker);
        if (left.empty()) return {};
        return fmt::format("{} of {} containers are left ({}): {}", left.size(), ids.size(), left.front().substr(0, 12),
                           removed.complaint());
    } catch (const Error& error) {
        return fmt::format("removing containers with the label {}={}: {}", job_label, marker, error.what());
    }
}

}  // namespace r1cluster::detail
