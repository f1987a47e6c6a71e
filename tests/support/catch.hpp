// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
#else
#include <catch2/catch.hpp>
// Catch2 2 calls its matchers otherwise.
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
inline auto StartsWith(const std::string& text) { return Catch::Matchers::StartsWith(text); }
#endif
