// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace r1cluster::detail {

/// A checkpoint on this machine: the folder with its files, and the folder that links may not leave.
class CheckpointFolder {
public:
    /// Resolves what read_checkpoint() takes as a path. Throws Error (not_found) where a cache has no such revision.
    CheckpointFolder(const std::string& path, const std::string& revision);

    /// Names of *.safetensors, sorted.
    std::vector<std::string> shard_names() const;
    bool has(const std::string& name) const;
    /// Where a file is once links are followed. Throws Error (invalid_input) where that is outside.
    std::string path_of(const std::string& name) const;

private:
    std::string folder_;
    std::string root_;
};

}  // namespace r1cluster::detail
