// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "r1cluster/model/safetensors.hpp"

namespace r1cluster::detail {

/// Reads safetensors headers that are written as the reference writer writes them: no white space, no escapes, plain
/// ASCII, each tensor's fields in one order, tensors in the order of their data. Most of such a header repeats what
/// came before, in it or in the header of another file, and is compared with that instead of being parsed.
class PlainHeaderReader {
public:
    PlainHeaderReader();
    PlainHeaderReader(PlainHeaderReader&&) noexcept;
    PlainHeaderReader& operator=(PlainHeaderReader&&) noexcept;
    ~PlainHeaderReader();

    /// nullopt for any other header, and for any that is wrong in any way: the strict parser, which knows all of JSON,
    /// must read it then, and says what is wrong. Accepts nothing that the strict parser refuses, and finds the same
    /// tensors (tests/model/plain_header_test.cpp).
    std::optional<TensorList> read(std::string_view header, std::uint64_t file_size_bytes);

private:
    class Forms;
    std::unique_ptr<Forms> forms_;  ///< how the entries of each kind so far were written
};

/// parse_safetensors, with what `plain` knows from other files.
TensorList parse_header(PlainHeaderReader& plain, std::string_view header, std::uint64_t file_size_bytes,
                        std::string_view source);
/// The same without a plain reader.
TensorList parse_header_strictly(std::string_view header, std::uint64_t file_size_bytes, std::string_view source);

}  // namespace r1cluster::detail
