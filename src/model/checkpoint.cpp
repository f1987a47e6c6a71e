// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "model/consistency.hpp"
#include "model/index.hpp"
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
struct Part {
    int number = 0;
    int of = 0;
};

std::optional<Part> part_of(std::string_view name) {
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
    return first && second ? std::optional(Part{*first, *second}) : std::nullopt;
}

/// Without an index, the names alone must show that nothing is missing.
void check_names_without_index(const CheckpointText& text) {
    if (text.shards.empty()) refuse(text.path, fmt::format("\"{}\" holds no .safetensors file", text.path));
    if (text.shards.size() == 1 && text.shards.front().name == single_name) return;
    std::set<int> numbers;
    int of = 0;
    for (const ShardText& shard : text.shards) {
        const std::optional<Part> part = part_of(shard.name);
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
        if (!numbers.contains(i))
            refuse(text.path, fmt::format("part {} of {} is missing in \"{}\"", i, of, text.path));
    }
    if (static_cast<int>(numbers.size()) != of) {
        refuse(text.path, fmt::format("\"{}\" has {} parts of a set of {}", text.path, numbers.size(), of));
    }
}

/// Mistral's own form of the same weights, with its own names.
bool is_consolidated(const ShardText& shard) { return shard.name.starts_with("consolidated"); }

/// Takes that form out. vllm/model_executor/model_loader/default_loader.py: 0.9.2 reads it only when it is asked to,
/// 0.32.0 whenever it is there.
CheckpointText without_consolidated(CheckpointText text, std::vector<std::string>& oddities) {
    const std::size_t all = text.shards.size();
    std::string first;
    for (const ShardText& shard : text.shards) {
        if (first.empty() && is_consolidated(shard)) first = shard.name;
    }
    std::erase_if(text.shards, is_consolidated);
    if (text.shards.empty() && !first.empty()) {
        refuse(first, fmt::format("\"{}\" is Mistral's own form of the weights, for which there are no rules; expected "
                                  "model-*.safetensors, the form for Hugging Face's transformers",
                                  first));
    }
    if (!first.empty()) {
        oddities.push_back(
            fmt::format("{} file{} in Mistral's own form (\"{}\"): not read here, but newer versions of vLLM "
                        "prefer them unless --load-format safetensors and --config-format hf say otherwise",
                        all - text.shards.size(), all - text.shards.size() == 1 ? "" : "s", first));
    }
    return text;
}

void check_listed_shards(const CheckpointText& text, const detail::Index& index) {
    std::map<std::string_view, std::size_t> tensors_of;
    for (const auto& [tensor, file] : index.file_of) ++tensors_of[file];
    for (const auto& [file, count] : tensors_of) {
        const bool is_there = std::any_of(text.shards.begin(), text.shards.end(),
                                          [&name = file](const ShardText& shard) { return shard.name == name; });
        if (!is_there) {
            refuse(std::string(file), fmt::format("the shard \"{}\" is missing: {} lists {} of its tensors", file,
                                                  index_name, format_count(count)));
        }
    }
}

/// What the 8 bytes where a length belongs are as text: so pointers and error pages give themselves away.
std::string start_of_file(const ShardText& shard) {
    std::string start;
    for (int i = 0; i < 8; ++i) start += static_cast<char>((shard.declared_header_bytes >> (8 * i)) & 0xff);
    return start;
}

ShardFile parse_shard(const ShardText& shard) {
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
    file.tensors = parse_safetensors(*shard.header.text, shard.size_bytes, shard.name);
    return file;
}

using FileOf = std::unordered_map<std::string_view, std::string_view>;

FileOf files_by_tensor(const Checkpoint& checkpoint) {
    FileOf result;
    result.reserve(checkpoint.tensor_count());
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            const auto [first, is_new] = result.emplace(tensor.name, file.name);
            if (!is_new) {
                refuse(tensor.name, fmt::format("the tensor \"{}\" is in two shards: \"{}\" and \"{}\"", tensor.name,
                                                first->second, file.name));
            }
        }
    }
    return result;
}

void check_index(const detail::Index& index, const FileOf& found) {
    for (const auto& [tensor, file] : index.file_of) {
        const auto at = found.find(tensor);
        if (at == found.end()) {
            refuse(tensor,
                   fmt::format("the tensor \"{}\" is not in \"{}\", where {} lists it", tensor, file, index_name));
        }
        if (at->second != file) {
            refuse(tensor, fmt::format("the tensor \"{}\" is in \"{}\", but {} lists it in \"{}\"", tensor, at->second,
                                       index_name, file));
        }
    }
    for (const auto& [tensor, file] : found) {
        if (!index.file_of.contains(tensor)) {
            refuse(std::string(tensor),
                   fmt::format("the tensor \"{}\" of \"{}\" is not in {}", tensor, file, index_name));
        }
    }
}

}  // namespace

std::uint64_t Checkpoint::tensor_bytes() const {
    std::uint64_t bytes = 0;
    for (const ShardFile& file : files) {
        for (const Tensor& tensor : file.tensors) bytes += tensor.size_bytes;
    }
    return bytes;
}

std::size_t Checkpoint::tensor_count() const {
    std::size_t count = 0;
    for (const ShardFile& file : files) count += file.tensors.size();
    return count;
}

Checkpoint model(const CheckpointText& given) {
    if (const std::string what = detail::impostor(given.config); !what.empty()) {
        refuse("config.json", "config.json: " + what);
    }
    Checkpoint checkpoint;
    checkpoint.path = given.path;
    checkpoint.config = parse_config(given.config);
    const bool has_both_forms = std::any_of(given.shards.begin(), given.shards.end(), is_consolidated);
    const CheckpointText only_ours =
        has_both_forms ? without_consolidated(given, checkpoint.oddities) : CheckpointText();
    const CheckpointText& text = has_both_forms ? only_ours : given;  // not copied: R1's headers are 12 MB

    std::optional<detail::Index> index;
    std::set<std::string_view> listed;
    if (text.index.empty()) {
        check_names_without_index(text);
    } else {
        index = detail::parse_index(text.index, index_name);
        check_listed_shards(text, *index);
        for (const auto& [tensor, file] : index->file_of) listed.insert(file);
    }
    for (const ShardText& shard : text.shards) {
        if (index && !listed.contains(shard.name)) {
            checkpoint.oddities.push_back(fmt::format("\"{}\" is not in {}: not read", shard.name, index_name));
        } else {
            checkpoint.files.push_back(parse_shard(shard));
        }
    }
    const FileOf found = files_by_tensor(checkpoint);
    if (index) check_index(*index, found);
    if (index && !index->total_size.empty() && index->total_size != std::to_string(checkpoint.tensor_bytes())) {
        checkpoint.oddities.push_back(fmt::format("{} says total_size {}, the tensors have {} bytes", index_name,
                                                  index->total_size, checkpoint.tensor_bytes()));
    }
    detail::check_consistency(checkpoint);
    return checkpoint;
}

}  // namespace r1cluster
