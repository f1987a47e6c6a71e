// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "model/consistency.hpp"
#include "model/headers/fast_header.hpp"
#include "model/headers/index.hpp"
#include "model/headers/tensor_table.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster {
namespace {

constexpr std::string_view index_name = "model.safetensors.index.json";
constexpr std::string_view single_name = "model.safetensors";

[[noreturn]] void refuse(const std::string& subject, const std::string& what) {
    throw Error(ErrorKind::invalid_input, subject, what);
}

/// "model-00002-of-000163.safetensors" is part 2 of 163.
struct PartNumber {
    int number = 0;
    int of = 0;
};

std::optional<PartNumber> part_number_of(std::string_view name) {
    constexpr std::string_view head = "model-", middle = "-of-", tail = ".safetensors";
    const std::size_t split = name.find(middle);
    if (!name.starts_with(head) || !name.ends_with(tail) || split == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits) -> std::optional<int> {
        int value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
        return value;
    };
    const auto first = number(name.substr(head.size(), split - head.size()));
    const std::size_t begin = split + middle.size();
    if (begin + tail.size() > name.size()) return std::nullopt;
    const auto second = number(name.substr(begin, name.size() - tail.size() - begin));
    return first && second ? std::optional(PartNumber{*first, *second}) : std::nullopt;
}

/// Without an index, the names alone must show that nothing is missing.
void check_names_without_index(const Checkpoint& checkpoint) {
    const std::string& path = checkpoint.path;
    if (checkpoint.files.empty()) refuse(path, fmt::format("\"{}\" holds no .safetensors file", path));
    if (checkpoint.files.size() == 1 && checkpoint.files.front().name == single_name) return;
    std::set<int> numbers;
    int of = 0;
    for (const ShardFile& shard : checkpoint.files) {
        const std::optional<PartNumber> part = part_number_of(shard.name);
        if (!part || (of != 0 && part->of != of)) {
            refuse(shard.name,
                   fmt::format("\"{}\" without {}: expected \"{}\" alone, or model-00001-of-0000N.safetensors and the "
                               "rest of one such set",
                               shard.name, index_name, single_name));
        }
        of = part->of;
        numbers.insert(part->number);
    }
    for (int i = 1; i <= of; ++i) {
        if (!numbers.contains(i)) refuse(path, fmt::format("part {} of {} is missing in \"{}\"", i, of, path));
    }
    if (static_cast<int>(numbers.size()) != of) {
        refuse(path, fmt::format("\"{}\" has {} parts of a set of {}", path, numbers.size(), of));
    }
}

/// Mistral's own form of the same weights, with its own names. The engine's model_loader/default_loader.py:
/// 0.9.2 reads it only when it is asked to, 0.32.0 whenever it is there.
bool is_consolidated(const ShardText& shard) { return shard.name.starts_with("consolidated"); }

void check_listed_shards(const Checkpoint& checkpoint, const detail::Index& index) {
    for (std::uint32_t i = 0; i < index.files.size(); ++i) {
        const std::string& file = index.files[i];
        if (std::ranges::find(checkpoint.files, file, &ShardFile::name) != checkpoint.files.end()) continue;
        const auto count = std::ranges::count(index.tensors, i, &detail::Index::Entry::file);
        refuse(file, fmt::format("the shard \"{}\" is missing: {} lists {} of its tensors", file, index_name,
                                 format_count(static_cast<std::uint64_t>(count))));
    }
}

/// What the 8 bytes where a length belongs are as text: so pointers and error pages give themselves away.
std::string start_of_file(const ShardText& shard) {
    std::string start;
    for (int i = 0; i < 8; ++i) start += static_cast<char>((shard.declared_header_bytes >> (8 * i)) & 0xff);
    return start;
}

ShardFile parse_shard(const ShardText& shard, detail::FastHeaderReader& fast) {
    if (const std::string what = detail::impostor(start_of_file(shard)); !what.empty()) {
        refuse(shard.name, fmt::format("{}:byte 0: {}", shard.name, what));
    }
    const std::string refusal = header_length_refusal(shard.declared_header_bytes, shard.size_bytes);
    if (!refusal.empty()) refuse(shard.name, fmt::format("{}:byte 0: {}", shard.name, refusal));
    if (!shard.header.text) {
        refuse(shard.name, fmt::format("{}:byte 8: the header was not read: {}", shard.name, shard.header.because));
    }
    if (shard.header.text->size() != shard.declared_header_bytes) {
        refuse(shard.name, fmt::format("{}:byte 8: a header of {} bytes was read, {} are declared", shard.name,
                                       shard.header.text->size(), shard.declared_header_bytes));
    }
    ShardFile file{shard.name, shard.size_bytes, 8 + shard.declared_header_bytes, {}};
    file.tensors = detail::parse_header(fast, *shard.header.text, shard.size_bytes, shard.name);
    return file;
}

void check_index(const detail::Index& index, const Checkpoint& checkpoint, const detail::TensorTable& table) {
    std::vector<std::uint32_t> names;
    for (const auto& [text, number_count] : index.names) names.push_back(table.name_of(text, number_count));
    std::vector<const ShardFile*> files;
    for (const std::string& file : index.files) {
        files.push_back(&*std::ranges::find(checkpoint.files, file, &ShardFile::name));
    }
    for (const detail::Index::Entry& entry : index.tensors) {
        const detail::TensorTable::Found* const found = table.find(names[entry.name], entry.numbers);
        const std::string& file = index.files[entry.file];
        if (!found) {
            const std::string tensor = index.tensor_name(entry);
            refuse(tensor,
                   fmt::format("the tensor \"{}\" is not in \"{}\", where {} lists it", tensor, file, index_name));
        }
        if (found->file != files[entry.file]) {
            const std::string tensor = index.tensor_name(entry);
            refuse(tensor, fmt::format("the tensor \"{}\" is in \"{}\", but {} lists it in \"{}\"", tensor,
                                       found->file->name, index_name, file));
        }
    }
    if (index.tensors.size() == table.size()) return;
    std::set<std::string> listed;
    for (const detail::Index::Entry& entry : index.tensors) listed.insert(index.tensor_name(entry));
    for (const ShardFile& file : checkpoint.files) {
        for (std::size_t i = 0; i < file.tensors.size(); ++i) {
            const std::string tensor = file.tensors.name(i);
            if (!listed.contains(tensor)) {
                refuse(tensor, fmt::format("the tensor \"{}\" of \"{}\" is not in {}", tensor, file.name, index_name));
            }
        }
    }
}

}  // namespace

std::uint64_t Checkpoint::tensor_bytes() const {
    std::uint64_t bytes = 0;
    for (const ShardFile& file : files) bytes += file.tensors.size_bytes();
    return bytes;
}

std::size_t Checkpoint::tensor_count() const {
    std::size_t count = 0;
    for (const ShardFile& file : files) count += file.tensors.size();
    return count;
}

struct CheckpointParser::State {
    Checkpoint checkpoint;
    std::size_t consolidated_count = 0;
    std::string first_consolidated;
    std::optional<detail::Index> index;
    detail::FastHeaderReader fast;
};

CheckpointParser::CheckpointParser(std::string path, std::string_view config, std::string_view index)
    : state_(std::make_unique<State>()) {
    if (const std::string what = detail::impostor(config); !what.empty()) refuse("config.json", "config.json: " + what);
    state_->checkpoint.path = std::move(path);
    state_->checkpoint.config = parse_config(config);
    if (index.empty()) return;
    state_->index = detail::parse_index(index, index_name);
}

CheckpointParser::CheckpointParser(CheckpointParser&&) noexcept = default;
CheckpointParser& CheckpointParser::operator=(CheckpointParser&&) noexcept = default;
CheckpointParser::~CheckpointParser() = default;

void CheckpointParser::add(const ShardText& shard) {
    if (is_consolidated(shard)) {
        if (++state_->consolidated_count == 1) state_->first_consolidated = shard.name;
        return;
    }
    const bool is_listed =
        !state_->index || std::ranges::find(state_->index->files, shard.name) != state_->index->files.end();
    if (!is_listed) {
        state_->checkpoint.warnings.push_back(fmt::format("\"{}\" is not in {}: not read", shard.name, index_name));
    } else {
        state_->checkpoint.files.push_back(parse_shard(shard, state_->fast));
    }
}

Checkpoint CheckpointParser::finish() {
    Checkpoint checkpoint = std::move(state_->checkpoint);
    const std::optional<detail::Index> index = std::move(state_->index);
    if (const std::size_t count = state_->consolidated_count; count > 0) {
        const std::string& first = state_->first_consolidated;
        if (checkpoint.files.empty()) {
            refuse(first,
                   fmt::format("\"{}\" is Mistral's own form of the weights, for which there are no rules; expected "
                               "model-*.safetensors, the form for Hugging Face's transformers",
                               first));
        }
        checkpoint.warnings.push_back(
            fmt::format("{} file{} in Mistral's own form (\"{}\"): not read here, but newer versions of vLLM "
                        "prefer them unless --load-format safetensors and --config-format hf say otherwise",
                        count, count == 1 ? "" : "s", first));
    }
    if (index) {
        check_listed_shards(checkpoint, *index);
    } else {
        check_names_without_index(checkpoint);
    }
    const detail::TensorTable table(checkpoint.files);
    if (const auto& twice = table.twice()) {
        refuse(twice->name, fmt::format("the tensor \"{}\" is in two shards: \"{}\" and \"{}\"", twice->name,
                                        twice->first_file, twice->second_file));
    }
    if (index) check_index(*index, checkpoint, table);
    if (index && !index->total_size.empty() && index->total_size != std::to_string(checkpoint.tensor_bytes())) {
        checkpoint.warnings.push_back(fmt::format("{} says total_size {}, the tensors have {} bytes", index_name,
                                                  index->total_size, checkpoint.tensor_bytes()));
    }
    detail::check_consistency(checkpoint, table);
    return checkpoint;
}

Checkpoint parse_checkpoint(const CheckpointText& text) {
    CheckpointParser parser(text.path, text.config, text.index);
    for (const ShardText& shard : text.shards) parser.add(shard);
    return parser.finish();
}

}  // namespace r1cluster
