// SPDX-License-Identifier: Apache-2.0
#define TOML_IMPLEMENTATION
#include "base/toml.hpp"

#include <fmt/format.h>

namespace r1cluster::detail {

constexpr int most_dots = 1000;  // of a line; a path or a list has dozens

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table: return "a table";
        case toml::node_type::array: return "a list";
        case toml::node_type::string: return "a text";
        case toml::node_type::integer: return "a whole number";
        case toml::node_type::floating_point: return "a number with a point";
        case toml::node_type::boolean: return "true or false";
        default: return "a date or time";
    }
}

toml::table parse_toml(std::string_view text, std::string_view source) {
    toml::source_index line = 1;
    int dots = 0;
    for (const char character : text) {
        if (character == '\n') {
            ++line;
            dots = 0;
        } else if (character == '.' && ++dots > most_dots) {
            const std::string what = fmt::format("the line has more than {} dots", most_dots);
            throw toml::parse_error(what.c_str(), toml::source_position{line, 1});
        }
    }
    return toml::parse(text, source);
}

}  // namespace r1cluster::detail
