// SPDX-License-Identifier: Apache-2.0
#include "host/os/private_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/os/files.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path, const std::string& reason) {
    throw Error(ErrorKind::system, path, fmt::format("writing \"{}\": {}", path, reason));
}

}  // namespace

PrivateFolder::PrivateFolder() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent && *parent ? parent : "/tmp") + "/r1cluster.XXXXXX";
    if (!::mkdtemp(path_.data())) cannot_write(path_, errno_text(errno));
}

PrivateFolder::~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string PrivateFolder::make_folder(const std::string& name) const {
    const std::string folder = path_ + "/" + name;
    std::error_code error;
    fs::create_directory(folder, error);
    if (error) cannot_write(folder, error.message());
    return folder;
}

void write_file(const std::string& path, std::string_view content, std::uint64_t size_bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) cannot_write(path, errno_text(errno));
    if (size_bytes <= content.size()) return;
    std::error_code error;
    fs::resize_file(path, size_bytes, error);
    if (error) cannot_write(path, error.message());
}

}  // namespace r1cluster::detail
