// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {

using knowledge::EngineFeature;

inline std::string since(EngineFeature feature) { return Knowledge::embedded().engine("vllm").since(feature); }
inline bool has(const Version& engine, EngineFeature feature) {
    return Knowledge::embedded().engine("vllm").has(feature, engine);
}

}  // namespace r1cluster::detail
