// SPDX-License-Identifier: Apache-2.0
#include "shard/engine_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/reflect_json.hpp"
#include "r1cluster/base/error.hpp"
#include "shard/describe.hpp"

namespace r1cluster::detail {

/// The lines of an answer; ask.py says what is in them.
struct QuestionLine {
    std::uint64_t question = 0;
    std::string version;
    std::vector<std::string> tensors;
};
struct StagesLine {
    std::vector<int> layers_per_stage;
};
struct Computed {
    std::uint64_t tensor = 0;
    std::string operation;
};
struct RankLine {
    int rank = 0;
    int tensor_rank = 0;
    int pipeline_rank = 0;
    std::vector<EngineParameter> parameters;
    std::uint64_t buffer_bytes = 0;
    std::vector<std::vector<std::uint64_t>> reads;
    std::vector<Computed> computed;
};
struct EndLine {
    std::uint64_t end = 0;
    std::string key_list_sha256;
    std::string refusal;
};
BOOST_DESCRIBE_STRUCT(QuestionLine, (), (question, version, tensors))
BOOST_DESCRIBE_STRUCT(StagesLine, (), (layers_per_stage))
BOOST_DESCRIBE_STRUCT(Computed, (), (tensor, operation))
BOOST_DESCRIBE_STRUCT(RankLine, (), (rank, tensor_rank, pipeline_rank, parameters, buffer_bytes, reads, computed))
BOOST_DESCRIBE_STRUCT(EndLine, (), (end, key_list_sha256, refusal))

namespace {

constexpr std::size_t most_depth = 8;
constexpr std::size_t most_warnings = 100;

/// The sum, or the largest number there is.
std::uint64_t sum_of(std::uint64_t a, std::uint64_t b) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

std::uint64_t product_of(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

}  // namespace

EngineAnswer::EngineAnswer(const Layout& layout, const Checkpoint& checkpoint, std::string source,
                           std::size_t first_line)
    : layout_(layout), checkpoint_(checkpoint), source_(std::move(source)), line_(first_line - 1) {}

void EngineAnswer::refuse(const std::string& what) const {
    throw Error(ErrorKind::invalid_input, source_, fmt::format("{}:{}: {}", source_, line_, what));
}

void EngineAnswer::add(std::string_view line) {
    ++line_;
    if (has_ended_) refuse("a line after the end of the answer");
    // Empty lines before it, so that a mistake in it is found where it is.
    const json::value value = parse_json(std::string(line_ - 1, '\n') + std::string(line), source_, most_depth);
    const std::string path = fmt::format("{}:{}", source_, line_);
    if (!value.is_object()) wrong_value(path, "an object", value);
    const json::object& object = value.get_object();
    if (!has_begun_) {
        const auto begin = from_value<QuestionLine>(value, path);
        plan_.engine_version = begin.version;
        take_tensors(begin.tensors);
        has_begun_ = true;
    } else if (object.contains("end")) {
        const auto end = from_value<EndLine>(value, path);
        const auto ranks = static_cast<std::size_t>(layout_.world_size());
        if (end.refusal.empty() && plan_.ranks.size() != ranks) {
            refuse(fmt::format("the answer ends after {} of {} ranks", plan_.ranks.size(), ranks));
        }
        plan_.key_list_sha256 = end.key_list_sha256;
        plan_.refusal = end.refusal;
        has_ended_ = true;
    } else if (!has_stages_) {
        plan_.layers_per_stage = from_value<StagesLine>(value, path).layers_per_stage;
        if (plan_.layers_per_stage.size() != static_cast<std::size_t>(layout_.pipeline_parallel)) {
            refuse(fmt::format("layers of {} stages, but {} were asked for", plan_.layers_per_stage.size(),
                               layout_.pipeline_parallel));
        }
        has_stages_ = true;
    } else {
        auto rank = from_value<RankLine>(value, path);
        for (const Computed& computed : rank.computed) {
            if (computed.tensor >= tensors_.size())
                refuse(fmt::format("there is no tensor {}; there are {}", computed.tensor, tensors_.size()));
            if (plan_.warnings.size() == most_warnings) break;
            plan_.warnings.push_back(fmt::format("rank {} calculates with \"{}\" ({})", rank.rank,
                                                 tensor_of(tensors_[computed.tensor]).name, computed.operation));
        }
        take_rank({.rank = rank.rank,
                   .tensor_rank = rank.tensor_rank,
                   .pipeline_rank = rank.pipeline_rank,
                   .parameters = std::move(rank.parameters),
                   .buffer_bytes = rank.buffer_bytes},
                  rank.reads);
    }
}

void EngineAnswer::take_tensors(const std::vector<std::string>& names) {
    std::unordered_map<std::string, KnownTensor> known;
    for (std::size_t f = 0; f < checkpoint_.files.size(); ++f) {
        const TensorList& tensors = checkpoint_.files[f].tensors;
        for (std::size_t t = 0; t < tensors.size(); ++t) known.emplace(tensors.name(t), KnownTensor{f, t});
    }
    if (names.size() != known.size())
        refuse(fmt::format("{} tensors, but the checkpoint has {}", names.size(), known.size()));
    tensors_.reserve(names.size());
    for (const std::string& name : names) {
        const auto found = known.find(name);
        if (found == known.end()) refuse(fmt::format("the checkpoint has no tensor \"{}\"", name));
        tensors_.push_back(found->second);
    }
}

Tensor EngineAnswer::tensor_of(KnownTensor known) const { return checkpoint_.files[known.file].tensors[known.tensor]; }

EngineAnswer::Read EngineAnswer::read_of(const std::vector<std::uint64_t>& numbers) const {
    if (numbers.size() != 5) {
        refuse(fmt::format("a read of {} numbers; expected tensor, offset, rows, run and stride", numbers.size()));
    }
    if (numbers[0] >= tensors_.size())
        refuse(fmt::format("there is no tensor {}; there are {}", numbers[0], tensors_.size()));
    const Read read{tensors_[numbers[0]], {numbers[1], numbers[2], numbers[3], numbers[4]}};
    const Runs& runs = read.runs;
    const Tensor tensor = tensor_of(read.of);
    const std::uint64_t end =
        runs.rows == 0
            ? 0
            : sum_of(runs.offset_bytes, sum_of(product_of(runs.rows - 1, runs.stride_bytes), runs.run_bytes));
    const bool is_inside = runs.offset_bytes >= tensor.offset_bytes && end <= tensor.offset_bytes + tensor.size_bytes;
    if (runs.rows == 0 || runs.run_bytes == 0 || (runs.rows > 1 && runs.stride_bytes < runs.run_bytes) || !is_inside) {
        refuse(fmt::format("{} runs of {} bytes, {} apart, at byte {} are not in \"{}\", which has bytes {} to {}",
                           runs.rows, runs.run_bytes, runs.stride_bytes, runs.offset_bytes, tensor.name,
                           tensor.offset_bytes, tensor.offset_bytes + tensor.size_bytes));
    }
    return read;
}

Slice EngineAnswer::slice_of(const Read& read) const {
    return {.file = static_cast<std::uint32_t>(read.of.file),
            .tensor = static_cast<std::uint32_t>(read.of.tensor),
            .offset_bytes = read.runs.offset_bytes,
            .rows = read.runs.rows,
            .run_bytes = read.runs.run_bytes,
            .stride_bytes = read.runs.stride_bytes};
}

void EngineAnswer::take_rank(EngineRank rank, const std::vector<std::vector<std::uint64_t>>& reads) {
    const std::size_t index = plan_.ranks.size();
    if (index >= layout_.ranks.size() || rank.rank != static_cast<int>(index) ||
        rank.tensor_rank != rank.rank % layout_.tensor_parallel ||
        rank.pipeline_rank != rank.rank / layout_.tensor_parallel) {
        refuse(fmt::format("rank {} (TP {}, PP {}) where rank {} of TP {} x PP {} belongs", rank.rank, rank.tensor_rank,
                           rank.pipeline_rank, index, layout_.tensor_parallel, layout_.pipeline_parallel));
    }
    rank.host = layout_.ranks[index].host;
    for (const EngineParameter& parameter : rank.parameters)
        rank.parameter_bytes = sum_of(rank.parameter_bytes, parameter.bytes);
    std::vector<Read> known;
    known.reserve(reads.size());
    for (const std::vector<std::uint64_t>& numbers : reads) known.push_back(read_of(numbers));
    std::sort(known.begin(), known.end(),
              [](const Read& a, const Read& b) { return std::pair(a.of.file, a.runs) < std::pair(b.of.file, b.runs); });
    rank.read_bytes = bytes_of(known, nullptr);
    for (const Read& read : known) rank.slices.push_back(slice_of(read));
    plan_.ranks.push_back(std::move(rank));
    reads_.push_back(std::move(known));
}

/// Bytes in at least one of these reads; where `files` is given, also by file.
std::uint64_t EngineAnswer::bytes_of(std::vector<Read> reads, std::vector<FileShare>* files) const {
    const auto place = [](const Read& read) { return std::pair(read.of.file, read.of.tensor); };
    std::stable_sort(reads.begin(), reads.end(), [&](const Read& a, const Read& b) { return place(a) < place(b); });
    std::uint64_t all = 0;
    for (auto begin = reads.begin(); begin != reads.end();) {
        const auto end =
            std::find_if(begin, reads.end(), [&](const Read& read) { return place(read) != place(*begin); });
        std::vector<Runs> pieces;
        for (auto read = begin; read != end; ++read) pieces.push_back(read->runs);
        const std::uint64_t bytes = covered_bytes(pieces);
        all += bytes;
        if (files) {
            const ShardFile& file = checkpoint_.files[begin->of.file];
            if (files->empty() || files->back().file != file.name) {
                files->push_back({file.name, 0, file.size_bytes - file.header_bytes});
            }
            files->back().bytes += bytes;
        }
        begin = end;
    }
    return all;
}

void EngineAnswer::add_hosts() {
    for (const EngineRank& rank : plan_.ranks) {
        std::vector<HostShards>& hosts = plan_.hosts;
        const auto is_of_host = [&](const HostShards& host) { return host.host == rank.host; };
        if (std::any_of(hosts.begin(), hosts.end(), is_of_host)) continue;
        std::vector<Read> all;
        for (const EngineRank& other : plan_.ranks) {
            if (other.host != rank.host) continue;
            const std::vector<Read>& reads = reads_[static_cast<std::size_t>(other.rank)];
            all.insert(all.end(), reads.begin(), reads.end());
        }
        HostShards host{rank.host, {}, 0};
        host.bytes = bytes_of(std::move(all), &host.files);
        hosts.push_back(std::move(host));
    }
}

EnginePlan EngineAnswer::take() {
    if (!has_ended_) {
        ++line_;
        refuse(fmt::format("the answer is cut off after {} of {} ranks", plan_.ranks.size(), layout_.world_size()));
    }
    if (plan_.refusal.empty()) {
        for (const ShardFile& file : checkpoint_.files) plan_.files.push_back(file.name);
        add_hosts();
    } else {  // half an answer is none
        plan_.ranks.clear();
        plan_.key_list_sha256.clear();
        plan_.warnings.clear();
    }
    return std::move(plan_);
}

}  // namespace r1cluster::detail
