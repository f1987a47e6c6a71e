// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/os/files.hpp"

namespace r1cluster::detail {

/// Files, links and folders of a host as they go into Readings: under the path that the host has them by, read from
/// below `root`, which is empty for this machine and a folder in tests. What is returned has no line end; nullopt
/// where there is none, and then the reason is in the readings.
class HostTree {
public:
    explicit HostTree(Readings& into, std::string root = "") : readings_(into), root_(std::move(root)) {}

    Readings& readings() const { return readings_; }
    std::string on_disk(const std::string& path) const { return root_ + path; }
    bool exists(const std::string& path) const;

    std::optional<std::string> file(const std::string& path, std::size_t limit_bytes = file_limit_bytes) const;
    std::optional<std::string> link(const std::string& path) const;
    std::vector<std::string> names(const std::string& path) const;

    /// The same, where absence is the normal case and leaves nothing behind.
    std::optional<std::string> file_if_there(const std::string& path, std::size_t limit_bytes = file_limit_bytes) const;
    std::optional<std::string> link_if_there(const std::string& path) const;
    std::vector<std::string> names_if_there(const std::string& path) const;

private:
    Readings& readings_;
    std::string root_;
};

/// Lines of a text, without their ends.
std::vector<std::string> lines_in(const std::string& text);

}  // namespace r1cluster::detail
