// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "host/os/files.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/example/example.hpp"
#include "r1cluster/host/read/read.hpp"

namespace r1cluster {
namespace {

namespace fs = std::filesystem;

/// A folder that is being filled. What is made for it goes away with this object, unless finish() was called.
class UnfinishedFolder {
public:
    explicit UnfinishedFolder(fs::path folder) : folder_(std::move(folder)) {
        if (fs::exists(folder_)) {
            if (fs::is_directory(folder_) && fs::is_empty(folder_)) return;
            throw Error(ErrorKind::invalid_input, folder_.string(),
                        "it exists and is not an empty folder; expected a new one");
        }
        for (fs::path above = folder_; !above.empty() && !fs::exists(above); above = above.parent_path()) {
            made_ = above;
        }
        fs::create_directories(folder_);
    }
    ~UnfinishedFolder() {
        if (is_finished_) return;
        std::error_code ignored;
        if (!made_.empty()) {
            fs::remove_all(made_, ignored);
        } else {
            for (const fs::path& entry : entries_) fs::remove_all(entry, ignored);
        }
    }
    UnfinishedFolder(const UnfinishedFolder&) = delete;
    UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

    /// The path of something that will be written into the folder.
    fs::path entry(const std::string& name) { return entries_.emplace_back(folder_ / name); }
    void finish() { is_finished_ = true; }

private:
    fs::path folder_;
    fs::path made_;  ///< the outermost folder that was not there; empty: all were
    std::vector<fs::path> entries_;
    bool is_finished_ = false;
};

void write_spec(const fs::path& path) {
    std::ofstream file(path, std::ios::binary);
    file << example_spec_text();
    file.close();
    if (!file) throw Error(ErrorKind::system, path.string(), detail::errno_text(errno));
}

}  // namespace

void write_example(const std::string& folder) {
    const auto refuse = [&](ErrorKind kind, const std::string& what) {
        throw Error(kind, folder, fmt::format("writing the example to \"{}\": {}", folder, what));
    };
    if (folder.empty()) refuse(ErrorKind::invalid_input, "no folder is named");
    try {
        UnfinishedFolder unfinished(fs::absolute(folder).lexically_normal());
        save_recording(example_recording(), unfinished.entry(example_recording_folder).string());
        write_spec(unfinished.entry(example_spec_file));
        unfinished.finish();
    } catch (const Error& error) {
        refuse(error.kind(), error.what());
    } catch (const fs::filesystem_error& error) {
        refuse(ErrorKind::system, error.code().message() + ": " + error.path1().string());
    }
}

}  // namespace r1cluster
