// SPDX-License-Identifier: Apache-2.0
#include "base/reflect_toml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace r1cluster::detail {
namespace {

std::string shown(const toml::node& node) {
    if (const auto* text = node.as_string()) return "\"" + valid_utf8(text->get()).substr(0, 80) + "\"";
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    return std::string(type_name(node));
}

}  // namespace

void read_toml_row(const toml::table& row, const toml::table& defaults, std::span<const TomlField> fields, void* target,
                   std::vector<TomlProblem>& problems) {
    for (const TomlField& field : fields) {
        const toml::node* node = row.get(field.name);
        if (!node) node = defaults.get(field.name);
        if (!node || field.type->read(*node, static_cast<char*>(target) + field.offset)) continue;
        problems.push_back(problem_at(
            node->source(), fmt::format("{} must be {}, but is {}", field.name, field.type->expected(), shown(*node))));
    }
    refuse_unknown_keys(row, fields, problems);
}

void refuse_unknown_keys(const toml::table& table, std::span<const TomlField> fields,
                         std::vector<TomlProblem>& problems) {
    std::set<std::string_view> known;
    for (const TomlField& field : fields) known.insert(field.name);
    for (auto&& [key, node] : table) {
        if (known.contains(key.str())) continue;
        problems.push_back(
            problem_at(key.source(), fmt::format("unknown key \"{}\"; known here: {}",
                                                 valid_utf8(key.str()).substr(0, 80), fmt::join(known, ", "))));
    }
}

}  // namespace r1cluster::detail
