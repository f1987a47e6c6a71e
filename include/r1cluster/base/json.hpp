// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster {

/// The JSON form of any public value of this library. Field names are those of the C++ and Python
/// values; an unset optional is null. The outermost object starts with "schema" (such as
/// "r1cluster.report") and "version"; docs/schemas/ has the JSON Schema of each document.
/// A value that itself has a field of one of these names (EngineSpec) stands under "value".
template <class Value>
std::string to_json(const Value& value);

/// Reads what to_json wrote. Strict: duplicate, unknown and missing keys, wrong types, another
/// schema and nesting deeper than 64 are an Error (invalid_input) that starts with
/// `source:line:column:` or names the path of the field.
template <class Value>
Value from_json(std::string_view text, std::string_view source = "json");

}  // namespace r1cluster
