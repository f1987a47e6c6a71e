// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/checkpoint_folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "host/os/files.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;

// The layout of huggingface_hub's cache: docs/source/en/guides/manage-cache.md there.
constexpr auto repository_prefix = "models--";
constexpr auto snapshots_name = "snapshots";
constexpr auto default_revision = "main";
constexpr std::size_t max_shards = 10'000;

bool is_repository(const fs::path& folder) {
    std::error_code ignored;
    return folder.filename().string().starts_with(repository_prefix) &&
           fs::is_directory(folder / snapshots_name, ignored);
}

/// models--ORG--NAME for what was given as that folder, or as CACHE/ORG/NAME; empty where it is neither.
fs::path repository_of(const fs::path& path) {
    if (is_repository(path)) return path;
    const fs::path organisation = path.parent_path();
    const fs::path cached =
        organisation.parent_path() /
        fmt::format("{}{}--{}", repository_prefix, organisation.filename().string(), path.filename().string());
    std::error_code ignored;
    return !fs::exists(path, ignored) && is_repository(cached) ? cached : fs::path();
}

bool is_plain_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos;
}

/// The folder of a revision, which is a commit or a name that refs/ has one for.
fs::path snapshot_of(const fs::path& repository, const std::string& revision) {
    const std::string wanted = revision.empty() ? default_revision : revision;
    std::error_code ignored;
    if (is_plain_name(wanted)) {
        const fs::path direct = repository / snapshots_name / wanted;
        if (fs::is_directory(direct, ignored)) return direct;
        const Answer reference = file_answer((repository / "refs" / wanted).string(), 4096);
        std::string commit = reference.text.value_or("");
        while (!commit.empty() && (commit.back() == '\n' || commit.back() == '\r')) commit.pop_back();
        const fs::path snapshot = repository / snapshots_name / commit;
        if (is_plain_name(commit) && fs::is_directory(snapshot, ignored)) return snapshot;
    }
    const Answer there = listing_answer((repository / snapshots_name).string());
    std::string names = there.text.value_or("");
    while (!names.empty() && names.back() == '\n') names.pop_back();
    for (char& c : names) c = c == '\n' ? ' ' : c;
    throw Error(ErrorKind::not_found, wanted,
                fmt::format("looking for revision \"{}\" in the cache \"{}\": there is no such snapshot; there are: {}",
                            wanted, repository.string(), names.empty() ? "none" : names));
}

}  // namespace

CheckpointFolder::CheckpointFolder(const std::string& path, const std::string& revision) {
    fs::path given = fs::path(path).lexically_normal();
    if (!given.has_filename()) given = given.parent_path();
    const fs::path repository = repository_of(given);
    const fs::path folder = repository.empty() ? given : snapshot_of(repository, revision);
    const bool is_snapshot =
        folder.parent_path().filename() == snapshots_name && is_repository(folder.parent_path().parent_path());
    folder_ = repository.empty() ? path : folder.string();
    root_ = is_snapshot ? folder.parent_path().parent_path().string() : folder.string();
}

std::vector<std::string> CheckpointFolder::shard_names() const {
    const Answer listing = listing_answer(folder_);
    if (!listing.text) throw Error(ErrorKind::not_found, folder_, listing.because);
    std::vector<std::string> names;
    std::istringstream lines(*listing.text);
    for (std::string name; std::getline(lines, name);) {
        if (name.ends_with(".safetensors")) names.push_back(name);
    }
    if (names.size() > max_shards) {
        throw Error(
            ErrorKind::invalid_input, folder_,
            fmt::format("{} shards, at most {} are read", format_count(names.size()), format_count(max_shards)));
    }
    return names;
}

bool CheckpointFolder::has(const std::string& name) const {
    std::error_code ignored;
    return fs::exists(fs::path(folder_) / name, ignored);
}

std::string CheckpointFolder::path_of(const std::string& name) const {
    const fs::path path = fs::path(folder_) / name;
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) return path.string();  // opening it says why
    const fs::path root = fs::canonical(root_, error);
    const fs::path below = real.lexically_relative(root);
    if (error || below.empty() || *below.begin() == "..") {
        throw Error(ErrorKind::invalid_input, name,
                    fmt::format("\"{}\" is a link out of \"{}\", to \"{}\"", name, root_, real.string()));
    }
    return real.string();
}

}  // namespace r1cluster::detail
