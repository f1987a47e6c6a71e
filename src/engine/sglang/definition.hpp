// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/definition.hpp"

namespace r1cluster::detail {

extern const EngineDefinition sglang_definition;

}  // namespace r1cluster::detail
