// SPDX-License-Identifier: Apache-2.0
#include "host/os/host_tree.hpp"

#include <sys/stat.h>

#include <sstream>

namespace r1cluster::detail {
namespace {

std::optional<std::string> without_line_end(const Answer& answer) {
    if (!answer.text) return std::nullopt;
    std::string text = *answer.text;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

}  // namespace

std::vector<std::string> lines_in(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool HostTree::exists(const std::string& path) const {
    struct stat status {};
    return lstat(on_disk(path).c_str(), &status) == 0;
}

std::optional<std::string> HostTree::file(const std::string& path, std::size_t limit_bytes) const {
    return without_line_end(readings_.files[path] = file_answer(on_disk(path), limit_bytes));
}

std::optional<std::string> HostTree::link(const std::string& path) const {
    return without_line_end(readings_.links[path] = link_answer(on_disk(path)));
}

std::vector<std::string> HostTree::names(const std::string& path) const {
    return lines_in((readings_.listings[path] = listing_answer(on_disk(path))).text.value_or(""));
}

std::optional<std::string> HostTree::file_if_there(const std::string& path, std::size_t limit_bytes) const {
    return exists(path) ? file(path, limit_bytes) : std::nullopt;
}

std::optional<std::string> HostTree::link_if_there(const std::string& path) const {
    return exists(path) ? link(path) : std::nullopt;
}

std::vector<std::string> HostTree::names_if_there(const std::string& path) const {
    return exists(path) ? names(path) : std::vector<std::string>{};
}

}  // namespace r1cluster::detail
