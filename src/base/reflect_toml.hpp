// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a TOML table into a described struct (BOOST_DESCRIBE_STRUCT), as reflect_json.hpp reads JSON: keys are the
/// names of the fields. A missing key leaves its field alone; an unknown key, a value of another type and a number
/// below 0 are problems with a place. A field of type Releases is the two keys "since" and "until" of the same table.

#include <cmath>
#include <set>
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
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
            names += (names.empty() ? "\"" : ", \"") + std::string(to_text(enumerator.value)) + "\"";
        });
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
        bool is_found = false;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
            if (!text || to_text(enumerator.value) != text->get()) return;
            target = enumerator.value;
            is_found = true;
        });
        return is_found;
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

/// One row. A key that `row` leaves out is taken from `defaults`.
template <class T>
class TomlRow {
public:
    TomlRow(const toml::table& row, const toml::table& defaults, std::vector<TomlProblem>& problems)
        : row_(row), defaults_(defaults), problems_(problems) {}

    T read() {
        T result{};
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) { read_member(member.name, result.*member.pointer); });
        refuse_unknown(row_);
        return result;
    }

    /// Keys of `defaults` that are no field's.
    void refuse_unknown_defaults() {
        T unused{};
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) { name_member(member.name, unused.*member.pointer); });
        refuse_unknown(defaults_);
    }

private:
    template <class Field>
    void name_member(std::string_view name, const Field&) {
        if constexpr (std::is_same_v<Field, Releases>) {
            known_.insert({"since", "until"});
        } else {
            known_.insert(name);
        }
    }

    template <class Field>
    void read_member(std::string_view name, Field& field) {
        name_member(name, field);
        if constexpr (std::is_same_v<Field, Releases>) {
            read_key("since", field.since);
            read_key("until", field.until);
        } else {
            read_key(name, field);
        }
    }

    template <class Field>
    void read_key(std::string_view name, Field& field) {
        const toml::node* node = row_.get(name);
        if (!node) node = defaults_.get(name);
        if (!node || read_toml(*node, field)) return;
        problems_.push_back(problem_at(
            node->source(), std::string(name) + " must be " + expected_in_toml<Field>() + ", but is " + shown(*node)));
    }

    static std::string shown(const toml::node& node) {
        if (const auto* text = node.as_string()) return "\"" + valid_utf8(text->get()).substr(0, 80) + "\"";
        if (const auto* number = node.as_integer()) return std::to_string(number->get());
        return std::string(type_name(node));
    }

    void refuse_unknown(const toml::table& table) {
        for (auto&& [key, node] : table) {
            if (known_.contains(key.str())) continue;
            std::string names;
            for (const std::string_view name : known_) names += (names.empty() ? "" : ", ") + std::string(name);
            problems_.push_back(problem_at(
                key.source(), "unknown key \"" + valid_utf8(key.str()).substr(0, 80) + "\"; known here: " + names));
        }
    }

    const toml::table& row_;
    const toml::table& defaults_;
    std::vector<TomlProblem>& problems_;
    std::set<std::string_view> known_;
};

}  // namespace r1cluster::detail
