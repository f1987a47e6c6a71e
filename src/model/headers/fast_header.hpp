// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "r1cluster/model/safetensors.hpp"

namespace r1cluster::detail {

/// Fast path for safetensors headers formatted exactly as the reference writer formats them: no white space, no
/// escapes, ASCII only, the fields of each tensor in one order, tensors in the order of their data. Most entries repeat
/// an earlier entry of this header or of another file's, and are compared with it instead of being parsed.
class FastHeaderReader {
public:
    FastHeaderReader();
    FastHeaderReader(FastHeaderReader&&) noexcept;
    FastHeaderReader& operator=(FastHeaderReader&&) noexcept;
    ~FastHeaderReader();

    /// Returns nullopt on any deviation; the strict parser then reads the header or reports the error. Accepts nothing
    /// that the strict parser refuses, with the same tensors (tests/model/headers/fast_header_test.cpp).
    std::optional<TensorList> read(std::string_view header, std::uint64_t file_size_bytes);

private:
    class Forms;
    std::unique_ptr<Forms> forms_;  ///< formatting of the entries of each kind, learned from earlier headers
};

/// parse_safetensors, with what `fast` has learned from other files.
TensorList parse_header(FastHeaderReader& fast, std::string_view header, std::uint64_t file_size_bytes,
                        std::string_view source);
/// The same without a fast path.
TensorList parse_header_strictly(std::string_view header, std::uint64_t file_size_bytes, std::string_view source);

}  // namespace r1cluster::detail
