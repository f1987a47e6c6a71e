// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/readings/recording.hpp"
#include "readings/folder_form.hpp"
#include "readings/folder_names.hpp"

namespace r1cluster {
namespace {

[[noreturn]] void refuse_recording(const std::string& subject, const std::string& what) {
    throw Error(ErrorKind::invalid_input, subject, "writing a recording as a folder: " + what);
}

void check_answers(const std::string& host, const std::map<std::string, Answer>& answers) {
    for (const auto& [key, answer] : answers) {
        if (answer.text.has_value() != answer.because.empty()) {
            refuse_recording(host, fmt::format("\"{}\" of host \"{}\" must have either a text or a reason", key, host));
        }
    }
}

/// JSON carries nothing but UTF-8, and would hold something else in its place; files keep their bytes.
void check_utf8(const std::string& name, const std::map<std::string, Answer>& answers) {
    for (const auto& [subject, answer] : answers) {
        if (!detail::is_utf8(subject + answer.text.value_or("") + answer.because)) {
            refuse_recording(name, fmt::format("\"{}\" would hold text that is not UTF-8", name));
        }
    }
}

/// True where `path` would have to be a folder, because another file lies in it. Cannot be on a host, but
/// between two reads a folder may have taken the place of a file.
bool is_folder_of_another(const std::map<std::string, Answer>& files, const std::string& path) {
    const auto next = files.lower_bound(path + "/");
    return next != files.end() && next->first.starts_with(path + "/");
}

/// Most of sysfs is files of one short line. As files of their own they would take a block each on the disk, and
/// nobody browses them.
bool is_short_line(const std::string& path, const std::string& text) {
    return path.starts_with("/sys/") && text.size() <= 256 && text.find('\n') >= text.size() - 1 &&
           detail::is_utf8(text);
}

void add_host(const Readings& host, Folder& folder) {
    const std::string base = detail::encode_host(host.host) + "/";
    Readings rest = host;
    rest.files.clear();
    rest.documents.clear();
    check_answers(host.host, host.files);
    for (const auto& [path, answer] : host.files) {
        const auto name = detail::encode_path(path);
        if (answer.text && is_short_line(path, *answer.text)) {
            rest.files[path] = answer;
        } else if (answer.text && name && !is_folder_of_another(host.files, path)) {
            folder[base + "root/" + *name] = *answer.text;
        } else {
            rest.files[path] = answer;
        }
    }
    for (const auto* answers : {&rest.files, &rest.links, &rest.listings, &rest.calls}) {
        check_answers(host.host, *answers);
        check_utf8(base + "readings.json", *answers);
    }
    for (const auto& [kind, text] : host.documents) {
        if (std::find(detail::document_kinds.begin(), detail::document_kinds.end(), kind) ==
            detail::document_kinds.end()) {
            refuse_recording(host.host, fmt::format("\"{}\" of host \"{}\" is no kind of document", kind, host.host));
        }
        folder[base + "documents/" + kind] = text;
    }
    folder[base + "readings.json"] = detail::to_document(rest, "r1cluster.readings", detail::folder_version);
}

void add_checkpoint(const CheckpointText& checkpoint, Folder& folder) {
    detail::CheckpointIndex index{checkpoint.path, {}};
    for (const ShardText& shard : checkpoint.shards) {
        check_answers("checkpoint", {{shard.name, shard.header}});
        index.shards.push_back(
            {shard.name, shard.size_bytes, shard.declared_header_bytes, shard.header.because, shard.header.code});
        if (!shard.header.text) continue;
        const auto [place, is_new] =
            folder.emplace(detail::header_file(detail::encode_component(shard.name)), *shard.header.text);
        if (!is_new) refuse_recording(shard.name, fmt::format("the shard \"{}\" occurs twice", shard.name));
    }
    folder[detail::config_file] = checkpoint.config;
    if (!checkpoint.index.empty()) folder[detail::index_file] = checkpoint.index;
    folder[detail::checkpoint_file] = detail::to_document(index, "r1cluster.checkpoint_index", detail::folder_version);
}

}  // namespace

Folder to_folder(const Recording& recording) {
    Folder folder;
    detail::RecordingIndex index{{}, recording.checkpoint.has_value(), recording.probes};
    for (const Readings& host : recording.hosts) {
        if (std::find(index.hosts.begin(), index.hosts.end(), host.host) != index.hosts.end()) {
            refuse_recording(host.host, fmt::format("the host \"{}\" occurs twice", host.host));
        }
        index.hosts.push_back(host.host);
        add_host(host, folder);
    }
    if (recording.checkpoint) add_checkpoint(*recording.checkpoint, folder);
    folder[detail::recording_file] = detail::to_document(index, "r1cluster.recording_folder", detail::folder_version);
    return folder;
}

}  // namespace r1cluster
