// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// One tensor of a safetensors file.
struct Tensor {
    std::string name;
    std::string dtype;  ///< as in the file: "BF16", "F8_E4M3", "F32"
    std::vector<std::uint64_t> shape;
    std::uint64_t offset_bytes = 0;  ///< from the start of the *file*
    std::uint64_t size_bytes = 0;
    bool operator==(const Tensor&) const = default;
};

/// Bits of one element; 0 for a dtype that safetensors does not define.
int dtype_bits(std::string_view dtype);

/// Length of the JSON header that a file of this size may declare in its first 8 bytes (little-endian).
/// Returns the reason why it may not: "a header of 9 bytes in a file of 12"; empty when it may. The
/// reference reader's bound is 100,000,000 (huggingface/safetensors, safetensors/src/tensor.rs).
std::string header_length_refusal(std::uint64_t declared_header_bytes, std::uint64_t file_size_bytes);

/// The tensors of one file, ordered by offset, from its JSON header (without the 8-byte length).
///
/// The rules of the reference reader (known dtype, checked products, sizes that match, data that tiles the file without
/// hole, overlap or rest), and more: no key occurs twice in one object; the header begins with '{'; __metadata__ is
/// not null; nesting goes 8 deep at most, a tensor has 64 dimensions at most, an object below the outermost 65,536
/// keys at most; a name has at most 1,024 bytes, no control character and no slash, and is not empty, "." or "..".
/// Each violation is an Error (invalid_input) that leads with `source:byte N:`, N counted in the file. Allocates at
/// most 8 bytes for each byte of the header, and 1 MiB (tests/model/memory_bounds.cpp).
std::vector<Tensor> parse_safetensors(std::string_view header, std::uint64_t file_size_bytes, std::string_view source);

}  // namespace r1cluster
