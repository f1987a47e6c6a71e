// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "host/os/files.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/readings/import.hpp"

namespace r1cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t folder_limit_bytes = 2ULL << 30;
constexpr std::size_t folder_limit_files = 1'000'000;
constexpr std::size_t one_file_limit_bytes = 128 << 20;  // an index or a header of a checkpoint
constexpr std::size_t document_limit_bytes = 64 << 20;

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

class Bounds {
public:
    void add(const fs::path& path, std::size_t bytes) {
        bytes_ += bytes;
        if (bytes_ > folder_limit_bytes || ++files_ > folder_limit_files) {
            throw Error(ErrorKind::invalid_input, path.string(), "more than 2 GiB or 1,000,000 files");
        }
    }

private:
    std::uint64_t bytes_ = 0;
    std::size_t files_ = 0;
};

/// A folder from somebody else: no link in it leads elsewhere.
std::string content_of(const fs::path& path, std::size_t limit_bytes) {
    return detail::OpenFile(path.string(), false).read_all(limit_bytes);
}

Folder recording_files(const std::string& folder) {
    Folder files;
    Bounds bounds;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_directory() && !entry.is_symlink()) continue;
        const std::string name = entry.path().lexically_relative(folder).string();
        const bool is_note = name.find('/') == std::string::npos && name != "recording.json";
        if (is_note) continue;
        files[name] = content_of(entry.path(), one_file_limit_bytes);
        bounds.add(folder, files[name].size());
    }
    return files;
}

/// Documents of other tools and pieces of /sys. What cannot be read among many is left out, as it is for whoever
/// copies /sys; facts that need it say that it was not read.
ImportedFiles foreign_files(const std::string& path) {
    ImportedFiles found;
    if (!fs::exists(path)) {
        throw Error(ErrorKind::not_found, path,
                    "no such file or folder; expected a recording, or what another tool wrote");
    }
    if (!fs::is_directory(path)) {
        found.files[fs::path(path).filename().string()] = detail::OpenFile(path).read_all(document_limit_bytes);
        return found;
    }
    Bounds bounds;
    for (const auto& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied)) {
        const std::string name = entry.path().lexically_relative(path).string();
        if (entry.is_symlink()) {
            found.links[name] = fs::read_symlink(entry.path()).string();
        } else if (entry.is_regular_file()) {
            try {
                found.files[name] = content_of(entry.path(), document_limit_bytes);
            } catch (const Error&) {
                found.files.erase(name);
                continue;
            }
            bounds.add(path, found.files[name].size());
        }
    }
    return found;
}

/// "azure-ndv5" of "topology/azure-ndv5.xml", with nothing in it that a host name of a spec could not have.
std::string host_name(const std::string& path) {
    fs::path normal = fs::absolute(path).lexically_normal();
    if (!normal.has_filename()) normal = normal.parent_path();
    std::string name = (fs::is_directory(normal) ? normal.filename() : normal.stem()).string();
    for (char& c : name) {
        const bool is_safe =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
        if (!is_safe) c = '-';
    }
    const std::size_t first = name.find_first_not_of("-._");
    return first == std::string::npos ? "imported" : name.substr(first, 63);
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
        const auto* ours = dynamic_cast<const Error*>(&error);
        if (ours && ours->kind() == ErrorKind::invalid_input) throw;
        refuse(ErrorKind::system, fmt::format("{}; expected a folder in which you may write", error.what()));
    }
}

Recording load_recording(const std::string& path) {
    std::error_code ignored;
    const bool is_recording = fs::exists(fs::path(path) / "recording.json", ignored);
    const std::string doing = fmt::format("loading {}\"{}\": ", is_recording ? "the recording " : "", path);
    try {
        if (is_recording) return from_folder(recording_files(path));
        return {{import_files(foreign_files(path), host_name(path))}, {}, std::nullopt};
    } catch (const Error& error) {
        // Of a file inside, its path leads; a reason of the operating system says nothing without.
        const bool is_inside = error.subject() != path && error.subject().starts_with(path);
        throw Error(error.kind(), path, doing + (is_inside ? error.subject() + ": " : "") + error.what());
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorKind::system, path, doing + error.what());
    }
}

}  // namespace r1cluster
