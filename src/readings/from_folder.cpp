// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "r1cluster/readings/recording.hpp"
#include "readings/folder_form.hpp"
#include "readings/folder_names.hpp"

namespace r1cluster {
namespace {

[[noreturn]] void refuse_folder(const std::string& file, const std::string& what) {
    throw Error(ErrorKind::invalid_input, file, fmt::format("{}: {}", file, what));
}

/// A folder that remembers which of its files were asked for.
class UsedFolder {
public:
    explicit UsedFolder(const Folder& folder) : folder_(folder) {}

    const std::string* find(const std::string& name) {
        const auto found = folder_.find(name);
        if (found == folder_.end()) return nullptr;
        used_.insert(name);
        return &found->second;
    }
    const std::string& at(const std::string& name) {
        const std::string* content = find(name);
        if (!content) refuse_folder(name, "missing; a recording has it");
        return *content;
    }
    template <class Document>
    Document document(const std::string& name, std::string_view schema) {
        return detail::from_document<Document>(at(name), name, schema, detail::folder_version);
    }
    /// Every file below `prefix`, which ends with '/'.
    template <class Visit>
    void below(const std::string& prefix, Visit visit) {
        for (auto it = folder_.lower_bound(prefix); it != folder_.end() && it->first.starts_with(prefix); ++it) {
            used_.insert(it->first);
            visit(it->first, it->second);
        }
    }
    /// Files beside recording.json are for people (notes.md); in the folders each one has its meaning.
    void check_all_used() const {
        for (const auto& [name, content] : folder_) {
            if (name.find('/') != std::string::npos && !used_.contains(name)) {
                refuse_folder(name, "not part of a recording");
            }
        }
    }

private:
    const Folder& folder_;
    std::set<std::string> used_;
};

void check_answers(const std::string& file, std::string_view part, const std::map<std::string, Answer>& answers) {
    for (const auto& [key, answer] : answers) {
        if (answer.text.has_value() != answer.because.empty()) {
            refuse_folder(file, fmt::format("{} \"{}\" must have either a text or a reason", part, key));
        }
    }
}

Readings host_of(UsedFolder& folder, const std::string& host) {
    const std::string base = detail::encode_host(host) + "/";
    const std::string file = base + "readings.json";
    auto readings = folder.document<Readings>(file, "r1cluster.readings");
    if (readings.host != host) {
        refuse_folder(file, fmt::format("holds the host \"{}\", expected \"{}\"", readings.host, host));
    }
    check_answers(file, "file", readings.files);
    check_answers(file, "link", readings.links);
    check_answers(file, "listing", readings.listings);
    check_answers(file, "call", readings.calls);
    if (!readings.documents.empty()) refuse_folder(file, "documents stand in files of their own");
    for (const std::string_view kind : detail::document_kinds) {
        if (const std::string* text = folder.find(base + "documents/" + std::string(kind))) {
            readings.documents.emplace(kind, *text);
        }
    }
    const std::string root = base + "root/";
    folder.below(root, [&](const std::string& name, const std::string& content) {
        const auto path = detail::decode_path(std::string_view(name).substr(root.size()));
        if (!path) refuse_folder(name, "not a name that a recording has (percent-encoded otherwise)");
        if (!readings.files.emplace(*path, Answer{content, ""}).second) {
            refuse_folder(name, fmt::format("\"{}\" is in {} too", *path, file));
        }
    });
    return readings;
}

CheckpointText checkpoint_of(UsedFolder& folder) {
    const auto index = folder.document<detail::CheckpointIndex>(detail::checkpoint_file, "r1cluster.checkpoint_index");
    if (index.shards.size() > detail::max_shards) {
        refuse_folder(detail::checkpoint_file,
                      fmt::format("{} shards, at most {} are read", index.shards.size(), detail::max_shards));
    }
    CheckpointText checkpoint{index.path, folder.at(detail::config_file), "", {}};
    if (const std::string* text = folder.find(detail::index_file)) checkpoint.index = *text;
    std::set<std::string> names;
    for (const detail::ShardEntry& entry : index.shards) {
        if (!names.insert(entry.name).second) {
            refuse_folder(detail::checkpoint_file, fmt::format("the shard \"{}\" occurs twice", entry.name));
        }
        ShardText shard{
            entry.name, entry.size_bytes, entry.declared_header_bytes, {std::nullopt, entry.because, entry.code}};
        if (entry.because.empty()) {
            shard.header.text = folder.at(detail::header_file(detail::encode_component(entry.name)));
        }
        checkpoint.shards.push_back(std::move(shard));
    }
    return checkpoint;
}

}  // namespace

Recording from_folder(const Folder& files) {
    UsedFolder folder(files);
    auto index = folder.document<detail::RecordingIndex>(detail::recording_file, "r1cluster.recording_folder");
    if (index.hosts.size() > detail::max_hosts) {
        refuse_folder(detail::recording_file,
                      fmt::format("{} hosts, at most {} are read", index.hosts.size(), detail::max_hosts));
    }
    Recording recording{{}, std::move(index.probes), std::nullopt};
    std::set<std::string> names;
    for (const std::string& host : index.hosts) {
        if (!names.insert(host).second) {
            refuse_folder(detail::recording_file, fmt::format("the host \"{}\" occurs twice", host));
        }
        recording.hosts.push_back(host_of(folder, host));
    }
    if (index.has_checkpoint) recording.checkpoint = checkpoint_of(folder);
    folder.check_all_used();
    return recording;
}

}  // namespace r1cluster
