// SPDX-License-Identifier: Apache-2.0
// Input: two parts, the header and the bytes of data after it in decimal.
#include "r1cluster/model/safetensors.hpp"
#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"

namespace r1cluster::fuzz {

void safetensors(std::string_view bytes) {
    const auto input = parts(bytes);
    const std::string_view header = part(input, 0);
    std::uint64_t data_bytes = 0;
    for (const char c : part(input, 1)) data_bytes = data_bytes * 10 + static_cast<unsigned char>(c - '0');
    const std::uint64_t data_start = 8 + header.size();
    const std::uint64_t file_size = data_start + data_bytes;  // may wrap around; then the file is a small one
    const auto tensors = accepted([&] { return parse_safetensors(header, file_size, "m"); });
    if (!tensors) return;
    std::uint64_t end = data_start;
    for (const Tensor& tensor : *tensors) {
        expect(tensor.offset_bytes == end, "tensors follow each other without a hole");
        expect(tensor.size_bytes <= file_size - end, "no tensor reaches beyond the file");
        expect(dtype_bits(tensor.dtype) > 0, "a dtype is a known one");
        end += tensor.size_bytes;
        std::uint64_t elements = 1;
        for (const std::uint64_t extent : tensor.shape) elements *= extent;
        expect((elements * static_cast<std::uint64_t>(dtype_bits(tensor.dtype)) + 7) / 8 == tensor.size_bytes,
               "shape and dtype give the size");
    }
    expect(end == file_size, "tensors tile the data to its end");
}

}  // namespace r1cluster::fuzz
