// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

std::string filesystem_of(const std::string& path) {
    struct statvfs status {};
    if (statvfs(path.c_str(), &status) != 0) throw errno_error(path, errno);
    std::error_code error;
    const std::string resolved = std::filesystem::canonical(path, error).string();
    if (error) throw Error(ErrorKind::system, path, error.message());
    return calls::to_text(
        calls::Statvfs{resolved, status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize});
}

}  // namespace

void read_filesystem(const std::string& path, Readings& readings) {
    readings.calls["statvfs(" + path + ")"] = answer([&] { return filesystem_of(path); });
}

void read_future_filesystem(const std::string& path, Readings& readings) {
    std::filesystem::path existing = path;
    std::error_code error;
    while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
    readings.calls["statvfs(" + path + ")"] = answer([&] { return filesystem_of(existing.string()); });
}

}  // namespace r1cluster::detail
