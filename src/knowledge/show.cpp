// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/serialize.hpp>

#include "base/nearest_name.hpp"
#include "knowledge/describe.hpp"

namespace r1cluster {
namespace {

namespace json = boost::json;
using NamedTables = std::vector<std::pair<std::string, json::array>>;

/// Every member that is a list of rows, in the order of its file's name.
void add_tables(const std::string& prefix, const json::object& owner, NamedTables& tables) {
    for (const auto& member : owner) {
        if (!member.value().is_array()) continue;
        tables.emplace_back(prefix + std::string(member.key()), member.value().get_array());
    }
}

NamedTables tables_of(const Knowledge& knowledge) {
    const json::value all = detail::to_value(knowledge);
    NamedTables tables;
    add_tables("", all.get_object(), tables);
    for (const auto& engine : all.at("engines").get_object()) {
        add_tables(std::string(engine.key()) + "/", engine.value().get_object(), tables);
    }
    return tables;
}

bool is_empty(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty()) ||
           (value.is_array() && value.get_array().empty());
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_double()) return fmt::format("{}", value.get_double());
    if (const json::object* band = value.if_object(); band && band->contains("likely")) {
        const std::string likely = text_of(band->at("likely"));
        if (band->at("low") == band->at("high")) return likely;
        return fmt::format("{} ({} to {})", likely, text_of(band->at("low")), text_of(band->at("high")));
    }
    return json::serialize(value);
}

std::string releases_text(const json::object& releases) {
    const std::string since = text_of(releases.at("since")), until = text_of(releases.at("until"));
    if (since == "null" && until == "null") return "all";
    if (since == "null") return "before " + until;
    return until == "null" ? since + " and later" : fmt::format("{} up to, without, {}", since, until);
}

void show_row(const json::object& row, std::string& out) {
    bool is_first = true;
    for (const auto& field : row) {
        const std::string name(field.key());
        if (is_empty(field.value())) continue;
        const bool is_releases = name == "releases";
        out += fmt::format("{}{:<{}} {}\n", is_first ? "" : "  ", name, is_first ? 26 : 24,
                           is_releases ? releases_text(field.value().get_object()) : text_of(field.value()));
        is_first = false;
    }
}

const json::array& find_table(const NamedTables& tables, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& [known, rows] : tables) {
        if (known == name) return rows;
        names.push_back(known);
    }
    const auto meant = detail::nearest_name(name, names);
    throw Error(ErrorKind::not_found, std::string(name),
                fmt::format("looking for the table \"{}\": no table has this name; {}", name,
                            meant ? fmt::format("did you mean \"{}\"?", *meant)
                                  : fmt::format("known are {}", fmt::join(names, ", "))));
}

}  // namespace

std::string show(const Knowledge& knowledge, std::string_view table) {
    const NamedTables tables = tables_of(knowledge);
    std::string out;
    if (table.empty()) {
        for (const auto& [name, rows] : tables) out += fmt::format("{:<24} {:>4} rows\n", name, rows.size());
        return out;
    }
    for (const json::value& row : find_table(tables, table)) {
        out += out.empty() ? "" : "\n";
        show_row(row.get_object(), out);
    }
    return out;
}

std::string table_json(const Knowledge& knowledge, std::string_view table) {
    return detail::print_json(find_table(tables_of(knowledge), table));
}

}  // namespace r1cluster
