// SPDX-License-Identifier: Apache-2.0
#define TOML_IMPLEMENTATION
#include "base/toml.hpp"

namespace r1cluster::detail {

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

}  // namespace r1cluster::detail
