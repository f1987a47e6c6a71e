// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "host/read/files.hpp"
#include "r1cluster/host/read.hpp"

namespace r1cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t folder_limit_bytes = 2ULL << 30;
constexpr std::size_t folder_limit_files = 1'000'000;
constexpr std::size_t one_file_limit_bytes = 128 << 20;  // an index or a header of a checkpoint

void write_file(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) throw Error(ErrorKind::system, path.string(), detail::errno_text(errno));
}

/// A folder beside `folder`, on the same file system, that nobody else has.
fs::path make_folder_beside(const fs::path& folder) {
    std::string name = folder.string() + ".partial-XXXXXX";
    if (!mkdtemp(name.data())) throw Error(ErrorKind::system, folder.string(), detail::errno_text(errno));
    return name;
}

}  // namespace

void save_recording(const Recording& recording, const std::string& folder) {
    const Folder files = to_folder(recording);
    fs::path target = fs::path(folder).lexically_normal();
    if (!target.has_filename()) target = target.parent_path();
    const auto refuse = [&](ErrorKind kind, const std::string& what) {
        throw Error(kind, folder, fmt::format("saving the recording \"{}\": {}", folder, what));
    };
    if (target.empty()) refuse(ErrorKind::invalid_input, "no folder is named");
    fs::path partial;
    try {
        if (fs::exists(target) && !(fs::is_directory(target) && fs::is_empty(target))) {
            refuse(ErrorKind::invalid_input, "it exists and is not an empty folder; expected a new one");
        }
        if (target.has_parent_path()) fs::create_directories(target.parent_path());
        partial = make_folder_beside(target);
        for (const auto& [name, content] : files) write_file(partial / name, content);
        fs::permissions(partial, fs::perms(0755));
        fs::rename(partial, target);  // takes the place of an empty folder, of no other
    } catch (const std::exception& error) {
        std::error_code ignored;
        if (!partial.empty()) fs::remove_all(partial, ignored);
        if (const auto* ours = dynamic_cast<const Error*>(&error); ours && ours->subject() == folder) throw;
        refuse(ErrorKind::system, error.what());
    }
}

Recording load_recording(const std::string& folder) {
    const auto refuse = [&](ErrorKind kind, const std::string& what) {
        throw Error(kind, folder, fmt::format("loading the recording \"{}\": {}", folder, what));
    };
    if (!fs::is_directory(folder)) refuse(ErrorKind::not_found, "not a folder; expected one with recording.json");
    Folder files;
    std::uint64_t total_bytes = 0;
    try {
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.is_directory() && !entry.is_symlink()) continue;
            const std::string name = entry.path().lexically_relative(folder).string();
            const bool is_note = name.find('/') == std::string::npos && name != "recording.json";
            if (is_note) continue;
            // A folder from somebody else: no link in it leads elsewhere.
            files[name] = detail::OpenFile(entry.path().string(), false).read_all(one_file_limit_bytes);
            total_bytes += files[name].size();
            if (total_bytes > folder_limit_bytes || files.size() > folder_limit_files) {
                refuse(ErrorKind::invalid_input, "more than 2 GiB or 1,000,000 files");
            }
        }
        return from_folder(files);
    } catch (const Error& error) {
        if (error.subject() == folder) throw;
        const std::string place = error.subject().starts_with(folder) ? error.subject() + ": " : "";
        refuse(error.kind(), place + error.what());
    } catch (const fs::filesystem_error& error) {
        refuse(ErrorKind::system, error.what());
    }
    return {};
}

}  // namespace r1cluster
