// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/embedded_file.hpp"

namespace r1cluster::detail {

/// src/knowledge/tables/*.toml and src/engine/NAME/tables/*.toml; cmake/embed.cmake puts them in here.
std::span<const EmbeddedFile> knowledge_tables();

}  // namespace r1cluster::detail
