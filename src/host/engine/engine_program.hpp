// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/embedded_file.hpp"

namespace r1cluster::detail {

/// reader/*.py of the engine's folder, the program that asks the engine; cmake/embed.cmake puts it in here.
std::span<const EmbeddedFile> engine_program();

}  // namespace r1cluster::detail
