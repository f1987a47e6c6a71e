// SPDX-License-Identifier: Apache-2.0
// Writes the 163 files of DeepSeek-R1 without weights: headers from the published shapes, then a hole up to the size
// that the real files have. Usage: write_r1_headers FOLDER
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "model/synthetic.hpp"

namespace {

using r1cluster::test::NamedShape;

std::uint64_t bytes_of(const NamedShape& tensor) {
    std::uint64_t bits = static_cast<std::uint64_t>(r1cluster::dtype_bits(tensor.dtype));
    for (const std::uint64_t dimension : tensor.shape) bits *= dimension;
    return bits / 8;
}

/// Files of about equal size; no tensor is cut.
std::vector<std::vector<NamedShape>> packed(const std::vector<NamedShape>& tensors, std::size_t file_count) {
    std::uint64_t rest = 0;
    for (const NamedShape& tensor : tensors) rest += bytes_of(tensor);
    std::vector<std::vector<NamedShape>> files(1);
    std::uint64_t room = rest / file_count;
    std::uint64_t used = 0;
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

void write_file(const std::filesystem::path& path, std::vector<NamedShape> tensors) {
    // As the reference writer does: wider dtypes first, then by name.
    std::ranges::sort(tensors, [](const NamedShape& a, const NamedShape& b) {
        const int a_bits = r1cluster::dtype_bits(a.dtype), b_bits = r1cluster::dtype_bits(b.dtype);
        return a_bits != b_bits ? a_bits > b_bits : a.name < b.name;
    });
    std::string header = R"({"__metadata__":{"format":"pt"})";
    std::uint64_t offset = 0;
    for (const NamedShape& tensor : tensors) {
        const std::uint64_t end = offset + bytes_of(tensor);
        header += fmt::format(R"(,"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", tensor.name,
                              tensor.dtype, fmt::join(tensor.shape, ","), offset, end);
        offset = end;
    }
    header += '}';
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::ofstream file(path, std::ios::binary);
    const std::uint64_t length = header.size();
    for (int i = 0; i < 8; ++i) file.put(static_cast<char>(length >> (8 * i) & 0xff));
    file << header;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
    std::filesystem::resize_file(path, 8 + length + offset);
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 2) {
        std::fprintf(stderr, "usage: write_r1_headers FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    // As seen: the embedding and layers 0 to 2 in file 1, the head and what follows from file 160 on.
    const std::vector<NamedShape> tensors = r1cluster::test::r1_tensors();
    const auto place_of = [&](std::string_view name) {
        return std::ranges::find_if(tensors, [&](const NamedShape& tensor) { return tensor.name.starts_with(name); });
    };
    const auto first = place_of("model.layers.3."), head = place_of("lm_head.weight");
    std::vector<std::vector<NamedShape>> files{{tensors.begin(), first}};
    for (const auto& part : {packed({first, head}, 158), packed({head, tensors.end()}, 4)}) {
        files.insert(files.end(), part.begin(), part.end());
    }
    std::string index;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = fmt::format("model-{:05}-of-{:06}.safetensors", i + 1, files.size());
        write_file(folder / name, files[i]);
        for (const NamedShape& tensor : files[i]) {
            total += bytes_of(tensor);
            index += fmt::format("{}    \"{}\": \"{}\"", index.empty() ? "" : ",\n", tensor.name, name);
        }
    }
    std::ofstream(folder / "config.json") << r1cluster::test::r1_config;
    std::ofstream(folder / "model.safetensors.index.json") << fmt::format(
        "{{\n  \"metadata\": {{\n    \"total_size\": {}\n  }},\n  \"weight_map\": {{\n{}\n  }}\n}}\n", total, index);
    std::printf("%zu files, %zu tensors, %llu bytes of tensors\n", files.size(), tensors.size(),
                static_cast<unsigned long long>(total));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
}
