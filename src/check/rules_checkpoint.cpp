// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>

#include "check/rule.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_shown = 3;

/// The first few, and how many more: a host without the model would else fill the screen 163 times.
std::string summary(const std::vector<std::string>& complaints) {
    const std::size_t shown = std::min(complaints.size(), most_shown);
    std::string out =
        fmt::format("{}", fmt::join(complaints.begin(), complaints.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    if (complaints.size() > shown) out += fmt::format("; and {} more files", complaints.size() - shown);
    return out;
}

std::string copy_command(const CheckInput& input, const HostSpec& from, const HostSpec& to) {
    return command_on(from, fmt::format("rsync -a {0}/ {1}:{0}/", input.spec.model.path, to.address));
}

Judgement judge_checkpoint_present(const CheckInput& input, const Subject& subject) {
    const std::string expected = "a checkpoint in " + input.spec.model.path;
    const std::string remedy = "copy the checkpoint there, or correct [model] path";
    if (!subject.machine.checkpoint) return {{absent_or_unseen(subject.machine, "checkpoint", expected, remedy)}};
    if (!subject.machine.checkpoint->shards.empty()) return passed;
    return {{{Severity::error, "no *.safetensors file there", expected, remedy, "", std::string(cause_checkpoint)}}};
}

std::string difference(const ShardDigest& mine, const ShardDigest& theirs, const std::string& other) {
    if (mine.size_bytes != theirs.size_bytes) {
        return fmt::format("{} has {} bytes, on {} {}", mine.name, format_count(mine.size_bytes), other,
                           format_count(theirs.size_bytes));
    }
    // Where a header could not be read, checkpoint.complete says so.
    const bool are_known = !mine.header_sha256.empty() && !theirs.header_sha256.empty();
    if (are_known && mine.header_sha256 != theirs.header_sha256) {
        return fmt::format("{} has another header than on {}", mine.name, other);
    }
    return "";
}

std::vector<std::string> differences(const CheckpointDigest& mine, const CheckpointDigest& theirs,
                                     const std::string& other) {
    std::vector<std::string> found;
    if (mine.config_sha256 != theirs.config_sha256) found.push_back("config.json differs from that on " + other);
    if (mine.index_sha256 != theirs.index_sha256) {
        found.push_back("model.safetensors.index.json differs from that on " + other);
    }
    std::map<std::string, const ShardDigest*> named;
    for (const ShardDigest& shard : mine.shards) named.emplace(shard.name, &shard);
    for (const ShardDigest& shard : theirs.shards) {
        const auto same = named.find(shard.name);
        if (same == named.end()) {
            found.push_back(fmt::format("{} is only on {}", shard.name, other));
            continue;
        }
        if (auto text = difference(*same->second, shard, other); !text.empty()) found.push_back(std::move(text));
        named.erase(same);
    }
    for (const auto& [name, shard] : named) found.push_back(fmt::format("{} is not on {}", name, other));
    return found;
}

Judgement judge_same(const CheckInput& input, const Subject& subject) {
    const std::string expected = "the same config, index, shard sizes and shard headers on every host";
    if (!subject.machine.checkpoint) return {{unseen(subject.machine, "checkpoint", expected)}};
    for (const Subject& first : reached_hosts(input)) {
        if (!first.machine.checkpoint) continue;
        if (first.host.name == subject.host.name) return passed;
        const auto found = differences(*subject.machine.checkpoint, *first.machine.checkpoint, first.host.name);
        if (found.empty()) return passed;
        return {{{Severity::error, summary(found), expected, copy_command(input, first.host, subject.host)}}};
    }
    return passed;
}

std::vector<std::string> incomplete_files(const CheckpointDigest& digest, const std::optional<Checkpoint>& checkpoint) {
    std::vector<std::string> complaints;
    std::map<std::string_view, const ShardDigest*> named;
    for (const ShardDigest& shard : digest.shards) {
        named.emplace(shard.name, &shard);
        if (!shard.because.empty()) complaints.push_back(shard.name + ": " + shard.because);
    }
    if (!checkpoint) return complaints;
    for (const ShardFile& file : checkpoint->files) {
        const auto found = named.find(file.name);
        if (found == named.end()) {
            complaints.push_back(file.name + ": missing");
        } else if (found->second->because.empty() && found->second->size_bytes != file.size_bytes) {
            complaints.push_back(fmt::format("{}: {} bytes of {}", file.name, format_count(found->second->size_bytes),
                                             format_count(file.size_bytes)));
        }
    }
    return complaints;
}

Judgement judge_complete(const CheckInput& input, const Subject& subject) {
    const std::string expected = "every shard of the checkpoint, whole";
    if (!subject.machine.checkpoint) return {{unseen(subject.machine, "checkpoint", expected)}};
    const auto complaints = incomplete_files(*subject.machine.checkpoint, input.checkpoint);
    if (!complaints.empty()) {
        return {{{Severity::error, summary(complaints), expected,
                  fmt::format("copy the named files to {} again", subject.host.name)}}};
    }
    if (input.checkpoint) return passed;
    return {
        {{Severity::unknown, "the list of its shards was not read", expected,
          "read the hosts again; the head must reach " + input.spec.model.path, "", std::string(cause_checkpoint)}}};
}

constexpr std::array checkpoint_rule_list{
    Rule{"checkpoint.present", each_host<judge_checkpoint_present>},
    Rule{"checkpoint.same", each_of_several_hosts<judge_same>},
    Rule{"checkpoint.complete", each_host<judge_complete>},
};

}  // namespace

std::span<const Rule> checkpoint_rules() { return checkpoint_rule_list; }

}  // namespace r1cluster::detail
