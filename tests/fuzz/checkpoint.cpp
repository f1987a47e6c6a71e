// SPDX-License-Identifier: Apache-2.0
// Input: parts config.json, the index, then for each shard its header and the bytes of data in decimal.
#include <set>

#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::fuzz {
namespace {

CheckpointText text_of(std::string_view bytes) {
    const auto input = parts(bytes);
    CheckpointText text{"/model", std::string(part(input, 0)), std::string(part(input, 1)), {}};
    for (std::size_t i = 2; i < input.size(); i += 2) {
        ShardText shard;
        shard.name = "s" + std::to_string(i / 2) + ".safetensors";
        std::uint64_t data_bytes = 0;
        for (const char c : part(input, i + 1)) data_bytes = data_bytes * 10 + static_cast<unsigned char>(c - '0');
        shard.declared_header_bytes = input[i].size();
        shard.size_bytes = 8 + input[i].size() + data_bytes;
        shard.header.text = std::string(input[i]);
        text.shards.push_back(std::move(shard));
    }
    return text;
}

}  // namespace

void checkpoint(std::string_view bytes) {
    const CheckpointText text = text_of(bytes);
    const auto read = accepted([&] { return parse_checkpoint(text); });
    if (!read) return;
    std::uint64_t sum = 0;
    std::set<std::string> names;
    for (const ShardFile& file : read->files) {
        for (const Tensor& tensor : file.tensors) {
            expect(names.insert(tensor.name).second, "a tensor is in one file only");
            sum += tensor.size_bytes;
        }
    }
    expect(read->tensor_bytes() == sum, "the sum of all tensors");
    expect(read->tensor_count() == names.size(), "the count of all tensors");
    expect(!show(*read).empty(), "a checkpoint can be shown");
    expect(from_json<Checkpoint>(to_json(*read)) == *read, "an accepted checkpoint survives its JSON form");
}

}  // namespace r1cluster::fuzz
