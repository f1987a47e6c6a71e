// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/embedded_file.hpp"

namespace r1cluster::detail {

/// cluster.toml and deepseek_r1_config.json of this folder; cmake/embed.cmake puts them in here.
std::span<const EmbeddedFile> example_files();

/// The content of one of them.
std::string_view example_file(std::string_view name);

}  // namespace r1cluster::detail
