// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/shard/engine_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "shard/engine_answer.hpp"

namespace r1cluster {
namespace {

using detail::Runs;

/// What a rank takes of each tensor, by file and place in it, in one form.
using Held = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Runs>>;

template <class Slices>
Held held_in(const Slices& slices) {
    Held held;
    for (const Slice& slice : slices) {
        if (slice.rows == 0) continue;  // all of it is padding, which nobody reads
        held[{slice.file, slice.tensor}].push_back(
            {slice.offset_bytes, slice.rows, slice.run_bytes, slice.stride_bytes});
    }
    for (auto& [tensor, pieces] : held) pieces = detail::one_form(std::move(pieces));
    return held;
}

std::string text_of(const std::vector<Runs>& pieces) {
    constexpr std::size_t most_shown = 2;
    if (pieces.empty()) return "nothing";
    std::string text;
    for (std::size_t i = 0; i < std::min(pieces.size(), most_shown); ++i) {
        const Runs& piece = pieces[i];
        text +=
            fmt::format("{}{} x {} bytes at {}", i == 0 ? "" : ", ", piece.rows, piece.run_bytes, piece.offset_bytes);
        if (piece.rows > 1) text += fmt::format(" every {}", piece.stride_bytes);
    }
    if (pieces.size() > most_shown) text += fmt::format(" and {} more", pieces.size() - most_shown);
    return text;
}

void compare_rank(int rank, Held ours, Held engine, const Checkpoint& checkpoint,
                  std::vector<std::string>& differences) {
    for (const auto& [place, pieces] : engine) ours.try_emplace(place);
    for (const auto& [place, pieces] : ours) {
        const std::vector<Runs>& other = engine[place];
        if (pieces == other) continue;
        const Tensor tensor = tensor_of(checkpoint, Slice{.file = place.first, .tensor = place.second});
        differences.push_back(fmt::format("rank {}: \"{}\": ours {}, the engine's {}", rank, tensor.name,
                                          text_of(pieces), text_of(other)));
    }
}

}  // namespace

EnginePlan parse_engine_plan(std::string_view answer, const Layout& layout, const Checkpoint& checkpoint,
                             std::string_view source) {
    detail::EngineAnswer result(layout, checkpoint, std::string(source));
    while (!answer.empty()) {
        const std::size_t end = std::min(answer.find('\n'), answer.size());
        result.add(answer.substr(0, end));
        answer.remove_prefix(std::min(end + 1, answer.size()));
    }
    return result.take();
}

std::vector<std::string> compare(const ShardPlan& ours, const EnginePlan& engine, const Checkpoint& checkpoint) {
    const std::vector<EngineRank>& theirs = engine.ranks;
    if (ours.ranks.size() != theirs.size()) {
        return {fmt::format("ours has {} ranks, the engine's {}", ours.ranks.size(), theirs.size())};
    }
    std::vector<std::string> differences;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        compare_rank(theirs[i].rank, held_in(ours.slices(i)), held_in(theirs[i].slices), checkpoint, differences);
    }
    return differences;
}

Layout place_ranks(const DeploymentSpec& spec, int tensor_parallel, int pipeline_parallel) {
    if (tensor_parallel < 1 || pipeline_parallel < 1) {
        throw Error(
            ErrorKind::invalid_input, "layout",
            fmt::format("laying out TP {} x PP {}: both must be at least 1", tensor_parallel, pipeline_parallel));
    }
    Layout layout;
    layout.tensor_parallel = tensor_parallel;
    layout.pipeline_parallel = pipeline_parallel;
    layout.is_engine_default_partition = !spec.layout.layers_per_stage;
    layout.layers_per_stage = spec.layout.layers_per_stage.value_or(std::vector<int>{});
    const std::int64_t world = std::int64_t{tensor_parallel} * pipeline_parallel;
    const auto hosts = static_cast<std::int64_t>(spec.hosts.size());
    if (hosts == 0 || world % hosts != 0) {
        throw Error(ErrorKind::invalid_input, "layout",
                    fmt::format("laying out TP {} x PP {}: {} ranks cannot be shared equally by {} hosts",
                                tensor_parallel, pipeline_parallel, world, hosts));
    }
    for (int rank = 0; rank < static_cast<int>(world); ++rank) {
        layout.ranks.push_back({.rank = rank,
                                .tensor_rank = rank % tensor_parallel,
                                .pipeline_rank = rank / tensor_parallel,
                                .host = spec.hosts[static_cast<std::size_t>(rank / (world / hosts))].name});
    }
    layout.because = "sizes as they were given; nothing was weighed";
    return layout;
}

Layout apply_engine_plan(Layout layout, const EnginePlan& engine) {
    layout.layers_per_stage = engine.layers_per_stage;
    layout.engine = {.version = Version::try_parse(engine.engine_version)};
    for (RankPlacement& rank : layout.ranks) {
        rank.first_layer = 0;
        for (int stage = 0; stage < rank.pipeline_rank; ++stage)
            rank.first_layer += engine.layers_per_stage.at(static_cast<std::size_t>(stage));
        rank.layer_count = engine.layers_per_stage.at(static_cast<std::size_t>(rank.pipeline_rank));
        rank.weight_bytes = engine.ranks.at(static_cast<std::size_t>(rank.rank)).read_bytes;
    }
    return layout;
}

std::string show(const EnginePlan& engine) {
    if (!engine.refusal.empty())
        return fmt::format("release {} of the engine does not load this model: {}\n", engine.engine_version,
                           engine.refusal);
    std::string text = fmt::format("as release {} of the engine reads it", engine.engine_version);
    if (engine.layers_per_stage.size() > 1) {
        text += fmt::format(", layers {}", fmt::join(engine.layers_per_stage, ","));
    }
    std::size_t width = 4;
    for (const EngineRank& rank : engine.ranks) width = std::max(width, rank.host.size());
    text += fmt::format("\n  {:>4}  {:<{}}  {:>2}  {:>2}  {:>12}  {:>12}  {:>10}\n", "rank", "host", width, "TP", "PP",
                        "reads", "parameters", "buffers");
    for (const EngineRank& rank : engine.ranks) {
        text += fmt::format("  {:>4}  {:<{}}  {:>2}  {:>2}  {:>12}  {:>12}  {:>10}\n", rank.rank, rank.host, width,
                            rank.tensor_rank, rank.pipeline_rank, format_bytes(rank.read_bytes),
                            format_bytes(rank.parameter_bytes), format_bytes(rank.buffer_bytes));
    }
    for (const std::string& warning : engine.warnings) text += "  warning: " + warning + "\n";
    return text + fmt::format("  parameters have the hash {}\n", engine.key_list_sha256.substr(0, 16));
}

}  // namespace r1cluster
