// SPDX-License-Identifier: Apache-2.0
#include "host/guard/residue.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view folder_prefix = "r1c-";
constexpr std::string_view shared_memory = "/dev/shm/";

}  // namespace

std::string make_temporary_folder() {
    const char* base = std::getenv("TMPDIR");
    std::string path = fmt::format("{}/{}XXXXXX", base && *base == '/' ? base : "/tmp", folder_prefix);
    if (!::mkdtemp(path.data())) {
        throw Error(ErrorKind::system, path,
                    fmt::format("making a folder for temporary files \"{}\": {}", path,
                                std::generic_category().message(errno)));
    }
    return path;
}

void remove_temporary_folder(const std::string& path) {
    if (!fs::path(path).filename().string().starts_with(folder_prefix)) return;
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

std::set<std::string> shared_memory_of(const std::vector<int>& pids) {
    std::set<std::string> names;
    for (const int pid : pids) {
        std::ifstream maps(fmt::format("/proc/{}/maps", pid));
        for (std::string line; std::getline(maps, line);) {
            const std::size_t at = line.find(shared_memory);
            if (at == std::string::npos || line.ends_with(" (deleted)")) continue;
            const std::string name = line.substr(at + shared_memory.size());
            if (name.find('/') == std::string::npos) names.insert(name);
        }
    }
    return names;
}

void remove_shared_memory(const std::set<std::string>& names) {
    for (const std::string& name : names) {
        const std::string path = std::string(shared_memory) + name;
        struct stat facts {};
        if (::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == ::getuid())
            ::unlink(path.c_str());
    }
}

}  // namespace r1cluster::detail
