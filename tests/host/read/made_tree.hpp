// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/os/host_tree.hpp"
#include "support/scratch_folder.hpp"

namespace r1cluster {

/// A small /sys, /proc and so on in a folder of one test's own. Paths are absolute, as the host would have them.
class MadeTree {
public:
    explicit MadeTree(const std::vector<std::pair<std::string, std::string>>& files = {}) {
        for (const auto& [path, content] : files) file(path, content);
    }
    void file(const std::string& path, const std::string& content) const { folder_.write(path.substr(1), content); }
    void link(const std::string& path, const std::string& target) const {
        std::filesystem::create_directories(std::filesystem::path(folder_.path() + path).parent_path());
        std::filesystem::create_symlink(target, folder_.path() + path);
    }
    void directory(const std::string& path) const { std::filesystem::create_directories(folder_.path() + path); }
    detail::HostTree below(Readings& readings) const { return detail::HostTree(readings, folder_.path()); }

private:
    ScratchFolder folder_;
};

}  // namespace r1cluster
