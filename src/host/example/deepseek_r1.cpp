// SPDX-License-Identifier: Apache-2.0
#include "host/example/deepseek_r1.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "host/example/embedded_file.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t hidden = 7168, vocabulary = 129280, block = 128;
constexpr int layers = 61, dense_layers = 3, experts = 256;
constexpr std::size_t files_of_layers = 158, files_of_the_end = 4;  // beside the first: 163 in all

using Tensors = std::vector<NamedShape>;

std::uint64_t dtype_bytes(std::string_view dtype) { return dtype == "F32" ? 4 : dtype == "BF16" ? 2 : 1; }

std::uint64_t bytes_of(const NamedShape& tensor) {
    std::uint64_t bytes = dtype_bytes(tensor.dtype);
    for (const std::uint64_t dimension : tensor.shape) bytes *= dimension;
    return bytes;
}

void add(Tensors& tensors, std::string name, std::vector<std::uint64_t> shape, const char* dtype = "BF16") {
    tensors.push_back({std::move(name), dtype, std::move(shape)});
}

/// An FP8 matrix and the scales of its blocks.
void add_scaled(Tensors& tensors, const std::string& name, std::uint64_t out, std::uint64_t in) {
    add(tensors, name + ".weight", {out, in}, "F8_E4M3");
    add(tensors, name + ".weight_scale_inv", {(out + block - 1) / block, (in + block - 1) / block}, "F32");
}

void add_mlp(Tensors& tensors, const std::string& name, std::uint64_t width) {
    add_scaled(tensors, name + ".gate_proj", width, hidden);
    add_scaled(tensors, name + ".up_proj", width, hidden);
    add_scaled(tensors, name + ".down_proj", hidden, width);
}

/// Attention with 128 heads, of which each has 128 + 64 query dimensions and 128 value dimensions (MLA).
void add_attention(Tensors& tensors, const std::string& name) {
    add_scaled(tensors, name + "q_a_proj", 1536, hidden);
    add(tensors, name + "q_a_layernorm.weight", {1536});
    add_scaled(tensors, name + "q_b_proj", 128 * (128 + 64), 1536);
    add_scaled(tensors, name + "kv_a_proj_with_mqa", 512 + 64, hidden);
    add(tensors, name + "kv_a_layernorm.weight", {512});
    add_scaled(tensors, name + "kv_b_proj", 128 * (128 + 128), 512);
    add_scaled(tensors, name + "o_proj", hidden, 128 * 128);
}

void add_layer(Tensors& tensors, int number) {
    const std::string prefix = fmt::format("model.layers.{}.", number);
    add(tensors, prefix + "input_layernorm.weight", {hidden});
    add(tensors, prefix + "post_attention_layernorm.weight", {hidden});
    add_attention(tensors, prefix + "self_attn.");
    if (number < dense_layers) return add_mlp(tensors, prefix + "mlp", 18432);
    add(tensors, prefix + "mlp.gate.weight", {experts, hidden});
    add(tensors, prefix + "mlp.gate.e_score_correction_bias", {experts}, "F32");
    for (int expert = 0; expert < experts; ++expert) {
        add_mlp(tensors, fmt::format("{}mlp.experts.{}", prefix, expert), 2048);
    }
    add_mlp(tensors, prefix + "mlp.shared_experts", 2048);
}

/// Layer 61 predicts the token after the next one; it has an embedding and a head of its own.
void add_next_token_layer(Tensors& tensors) {
    const std::string prefix = fmt::format("model.layers.{}.", layers);
    add_layer(tensors, layers);
    add(tensors, prefix + "embed_tokens.weight", {vocabulary, hidden});
    add(tensors, prefix + "enorm.weight", {hidden});
    add(tensors, prefix + "hnorm.weight", {hidden});
    add(tensors, prefix + "eh_proj.weight", {hidden, 2 * hidden});
    add(tensors, prefix + "shared_head.norm.weight", {hidden});
    add(tensors, prefix + "shared_head.head.weight", {vocabulary, hidden});
}

/// Files of about equal size; no tensor is cut.
std::vector<Tensors> packed(const Tensors& tensors, std::size_t file_count) {
    std::uint64_t rest = 0, used = 0;
    for (const NamedShape& tensor : tensors) rest += bytes_of(tensor);
    std::uint64_t room = rest / file_count;
    std::vector<Tensors> files(1);
    for (const NamedShape& tensor : tensors) {
        if (used >= room && files.size() < file_count) {
            rest -= used;
            room = rest / (file_count - files.size());
            used = 0;
            files.emplace_back();
        }
        files.back().push_back(tensor);
        used += bytes_of(tensor);
    }
    return files;
}

/// A header as the reference writer makes it: wider dtypes first, then by name; spaces up to a multiple of 8 bytes.
ShardText shard_of(std::string name, Tensors tensors) {
    std::ranges::sort(tensors, [](const NamedShape& a, const NamedShape& b) {
        const std::uint64_t a_bytes = dtype_bytes(a.dtype), b_bytes = dtype_bytes(b.dtype);
        return a_bytes != b_bytes ? a_bytes > b_bytes : a.name < b.name;
    });
    std::string header = R"({"__metadata__":{"format":"pt"})";
    std::uint64_t begin = 0;
    for (const NamedShape& tensor : tensors) {
        const std::uint64_t end = begin + bytes_of(tensor);
        fmt::format_to(std::back_inserter(header), R"(,"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                       tensor.name, tensor.dtype, fmt::join(tensor.shape, ","), begin, end);
        begin = end;
    }
    header += '}';
    header.resize((header.size() + 7) / 8 * 8, ' ');
    ShardText shard;
    shard.name = std::move(name);
    shard.declared_header_bytes = header.size();
    shard.size_bytes = 8 + header.size() + begin;
    shard.header.text = std::move(header);
    return shard;
}

std::string file_name(std::size_t number, std::size_t count) {
    return fmt::format("model-{:05}-of-{:06}.safetensors", number, count);
}

std::string index_of(const std::vector<Tensors>& files) {
    std::vector<std::pair<std::string_view, std::size_t>> places;
    std::uint64_t total_bytes = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const NamedShape& tensor : files[i]) {
            places.emplace_back(tensor.name, i + 1);
            total_bytes += bytes_of(tensor);
        }
    }
    std::string index =
        fmt::format("{{\n  \"metadata\": {{\n    \"total_size\": {}\n  }},\n  \"weight_map\": {{", total_bytes);
    std::string_view separator = "\n";
    for (const auto& [tensor, number] : places) {
        fmt::format_to(std::back_inserter(index), "{}    \"{}\": \"{}\"", separator, tensor,
                       file_name(number, files.size()));
        separator = ",\n";
    }
    return index + "\n  }\n}\n";
}

}  // namespace

std::vector<NamedShape> deepseek_r1_tensors() {
    Tensors tensors;
    add(tensors, "model.embed_tokens.weight", {vocabulary, hidden});
    for (int number = 0; number < layers; ++number) add_layer(tensors, number);
    add(tensors, "lm_head.weight", {vocabulary, hidden});
    add(tensors, "model.norm.weight", {hidden});
    add_next_token_layer(tensors);
    return tensors;
}

std::vector<std::vector<NamedShape>> deepseek_r1_files() {
    const Tensors tensors = deepseek_r1_tensors();
    const auto place_of = [&](std::string_view name) {
        return std::ranges::find_if(tensors, [&](const NamedShape& tensor) { return tensor.name.starts_with(name); });
    };
    const auto first_expert_layer = place_of("model.layers.3."), head = place_of("lm_head.weight");
    std::vector<Tensors> files{{tensors.begin(), first_expert_layer}};
    for (const auto& part :
         {packed({first_expert_layer, head}, files_of_layers), packed({head, tensors.end()}, files_of_the_end)}) {
        files.insert(files.end(), part.begin(), part.end());
    }
    return files;
}

std::string_view deepseek_r1_config() { return example_file("deepseek_r1_config.json"); }

CheckpointText deepseek_r1_text(const std::string& path) {
    std::vector<Tensors> files = deepseek_r1_files();
    CheckpointText text;
    text.path = path;
    text.config = deepseek_r1_config();
    text.index = index_of(files);
    for (std::size_t i = 0; i < files.size(); ++i) {
        text.shards.push_back(shard_of(file_name(i + 1, files.size()), std::move(files[i])));
    }
    return text;
}

}  // namespace r1cluster::detail
