// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "host/os/files.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"

namespace r1cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 1000;

[[noreturn]] void refuse(ErrorKind kind, const fs::path& path, std::string_view reason) {
    throw Error(kind, path.string(), fmt::format("reading knowledge from \"{}\": {}", path.string(), reason));
}

void read_folder(const fs::path& folder, const std::string& prefix, std::map<std::string, std::string>& files) {
    std::error_code failed;
    for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator();
         entry.increment(failed)) {
        const fs::path path = entry->path();
        if (entry->is_directory() && prefix.empty()) {
            read_folder(path, path.filename().string() + "/", files);
            continue;
        }
        if (path.extension() != ".toml") continue;
        if (files.size() >= most_files) refuse(ErrorKind::invalid_input, folder, "more than 1,000 files");
        try {
            files.emplace(prefix + path.filename().string(),
                          detail::OpenFile(path.string()).read_all(detail::file_limit_bytes + 1));
        } catch (const Error& error) {
            refuse(error.kind(), path, error.what());
        }
    }
    if (failed) refuse(ErrorKind::not_found, folder, failed.message());
}

}  // namespace

std::map<std::string, std::string> read_knowledge_files(const std::string& folder) {
    std::map<std::string, std::string> files;
    read_folder(folder, "", files);
    return files;
}

Knowledge load_knowledge(const std::string& folder) { return parse_knowledge(read_knowledge_files(folder)); }

}  // namespace r1cluster
