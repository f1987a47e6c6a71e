// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// A new folder for temporary files that nobody else may read; it goes with this value.
class PrivateFolder {
public:
    /// Under TMPDIR, or /tmp. Throws Error (system).
    PrivateFolder();
    ~PrivateFolder();
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    const std::string& path() const { return path_; }
    /// Makes a folder in it. `name` is no path.
    std::string make_folder(const std::string& name) const;

private:
    std::string path_;
};

/// Writes a file of `size_bytes`, of which what comes after `content` is a hole; 0: of the content alone.
/// Throws Error (system).
void write_file(const std::string& path, std::string_view content, std::uint64_t size_bytes = 0);

}  // namespace r1cluster::detail
