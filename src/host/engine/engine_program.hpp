// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace r1cluster::detail {

struct EmbeddedFile {
    std::string_view name;
    std::string_view content;
};

/// src/engine/vllm/reader/*.py, the program that asks the engine; cmake/embed.cmake puts it in here.
std::span<const EmbeddedFile> engine_program();

}  // namespace r1cluster::detail
