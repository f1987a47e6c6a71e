// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/headers/tensor_names.hpp"

namespace r1cluster::detail {

/// model.safetensors.index.json. No tensor is in it twice.
struct Index {
    struct Name {
        std::string text;  ///< as TensorKind::name has it
        int number_count = 0;
        bool operator==(const Name&) const = default;
    };
    struct Entry {
        std::uint32_t name = 0;  ///< in names
        std::array<std::uint32_t, 2> numbers{};
        std::uint32_t file = 0;  ///< in files
        bool operator==(const Entry&) const = default;
    };
    std::vector<std::string> files;  ///< plain names, each once
    std::vector<Name> names;         ///< each once
    std::vector<Entry> tensors;      ///< in the order of the text
    std::string total_size;          ///< as it stands there; empty: not there

    std::string tensor_name(const Entry& entry) const {
        return with_numbers(names[entry.name].text, names[entry.name].number_count, entry.numbers);
    }
    bool operator==(const Index&) const = default;
};

/// Strict about names: a file is a plain name in the checkpoint's own folder.
Index parse_index(std::string_view text, std::string_view source);
/// The same by a strict parser of all of JSON, whatever the text looks like; parse_index asks it where the fast path
/// gives up.
Index parse_index_strictly(std::string_view text, std::string_view source);

/// What a text that should be JSON really is: "a git-LFS pointer ...", "an HTML page ..."; else empty.
std::string impostor(std::string_view text);

/// Why this may not be the name of a file of the checkpoint; empty: it may.
std::string file_name_refusal(std::string_view name);

}  // namespace r1cluster::detail
