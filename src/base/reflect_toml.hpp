// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a TOML table into a described struct (BOOST_DESCRIBE_STRUCT), as reflect_json.hpp reads JSON: keys are the
/// names of the fields. A missing key leaves its field alone; an unknown key, a value of another type and a number
/// below 0 are problems with a place. A field of type Releases is the two keys "since" and "until" of the same table.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/describe.hpp"
#include "base/toml.hpp"
#include "r1cluster/base/releases.hpp"

namespace r1cluster::detail {

struct TomlProblem {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string message;
};

inline TomlProblem problem_at(const toml::source_region& place, std::string message) {
    if (!place.begin) return {1, 1, std::move(message)};
    return {place.begin.line, place.begin.column, std::move(message)};
}

template <class T>
std::string expected_in_toml() {
    if constexpr (std::is_same_v<T, std::string>) {
        return "a text";
    } else if constexpr (std::is_same_v<T, bool>) {
        return "true or false";
    } else if constexpr (std::is_enum_v<T>) {
        std::string names;
        for (const std::string_view name : enumerators_of<T>().names) {
            names += (names.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        }
        return "one of " + names;
    } else if constexpr (std::is_integral_v<T>) {
        return "a whole number of 0 or more";
    } else if constexpr (std::is_same_v<T, double>) {
        return "a number of 0 or more";
    } else if constexpr (std::is_same_v<T, Release>) {
        return "a release such as \"0.11.1\"";
    } else if constexpr (std::is_same_v<T, Interval>) {
        return "a number, or a list of three rising numbers: [low, likely, high]";
    } else if constexpr (is_optional<T>::value) {
        return expected_in_toml<typename T::value_type>();
    } else if constexpr (is_map<T>::value) {
        return "a table, each value of it " + expected_in_toml<typename T::mapped_type>();
    } else {
        static_assert(is_vector<T>::value);
        return "a list, each item of it " + expected_in_toml<typename T::value_type>();
    }
}

/// False: the node is not what expected_in_toml() says.
template <class T>
bool read_toml(const toml::node& node, T& target) {
    if constexpr (std::is_same_v<T, std::string>) {
        const auto* text = node.as_string();
        if (text) target = text->get();
        return text != nullptr;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!node.is_boolean()) return false;
        target = node.as_boolean()->get();
        return true;
    } else if constexpr (std::is_enum_v<T>) {
        const auto* text = node.as_string();
        if (!text) return false;
        const Enumerators<T>& all = enumerators_of<T>();
        const auto found = std::ranges::find(all.names, std::string_view(text->get()));
        if (found == all.names.end()) return false;
        target = all.values[static_cast<std::size_t>(found - all.names.begin())];
        return true;
    } else if constexpr (std::is_integral_v<T>) {
        const auto* number = node.as_integer();
        if (!number || number->get() < 0 || !std::in_range<T>(number->get())) return false;
        target = static_cast<T>(number->get());
        return true;
    } else if constexpr (std::is_same_v<T, double>) {
        if (!node.is_number()) return false;
        const double number = *node.value<double>();
        if (!std::isfinite(number) || number < 0) return false;
        target = number;
        return true;
    } else if constexpr (std::is_same_v<T, Release>) {
        const auto* text = node.as_string();
        const auto release = text ? Release::try_parse(text->get()) : std::nullopt;
        if (release) target = *release;
        return release.has_value();
    } else if constexpr (std::is_same_v<T, Interval>) {
        std::vector<double> numbers;
        if (double number = 0; read_toml(node, number)) numbers.assign(3, number);
        if (numbers.empty() && !read_toml(node, numbers)) return false;
        if (numbers.size() != 3) return false;
        target = {numbers[0], numbers[1], numbers[2]};
        return target.low <= target.likely && target.likely <= target.high;
    } else if constexpr (is_optional<T>::value) {
        return read_toml(node, target.emplace());
    } else if constexpr (is_map<T>::value) {
        const toml::table* table = node.as_table();
        bool is_read = table != nullptr;
        if (table) {
            for (auto&& [key, item] : *table) is_read = is_read && read_toml(item, target[std::string(key.str())]);
        }
        return is_read;
    } else {
        static_assert(is_vector<T>::value);
        const toml::array* array = node.as_array();
        bool is_read = array != nullptr;
        if (array) {
            for (const toml::node& item : *array) is_read = is_read && read_toml(item, target.emplace_back());
        }
        return is_read;
    }
}

/// What TOML needs of a type, where the type itself is not known.
struct TomlType {
    bool (*read)(const toml::node& node, void* target);
    std::string (*expected)();
};

template <class T>
bool erased_read_toml(const toml::node& node, void* target) {
    return read_toml(node, *static_cast<T*>(target));
}

template <class T>
inline constexpr TomlType toml_type{&erased_read_toml<T>, &expected_in_toml<T>};

/// A key of a row, and where its value is in the struct.
struct TomlField {
    std::string_view name;
    std::size_t offset;  ///< in bytes, from the begin of the struct
    const TomlType* type;
};

template <class T, class Field>
void add_toml_fields(std::vector<TomlField>& fields, std::string_view name, const T& sample, const Field& field) {
    if constexpr (std::is_same_v<Field, Releases>) {
        add_toml_fields(fields, "since", sample, field.since);
        add_toml_fields(fields, "until", sample, field.until);
    } else {
        const auto begin = reinterpret_cast<std::uintptr_t>(&sample), at = reinterpret_cast<std::uintptr_t>(&field);
        fields.push_back({name, at - begin, &toml_type<Field>});
    }
}

template <class T>
std::span<const TomlField> toml_fields() {
    static const std::vector<TomlField> fields = []<template <class...> class List, class... Member>(List<Member...>) {
        const T sample{};
        std::vector<TomlField> all;
        (add_toml_fields(all, Member::name, sample, sample.*Member::pointer), ...);
        return all;
    }(members_of<T>{});
    return fields;
}

/// Reads one row into the struct at `target`. A key that `row` leaves out is taken from `defaults`.
void read_toml_row(const toml::table& row, const toml::table& defaults, std::span<const TomlField> fields, void* target,
                   std::vector<TomlProblem>& problems);
/// Keys of `table` that are no field's are problems.
void refuse_unknown_keys(const toml::table& table, std::span<const TomlField> fields,
                         std::vector<TomlProblem>& problems);

}  // namespace r1cluster::detail
