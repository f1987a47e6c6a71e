// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The repr() of values: a constructor call without the fields that have their defaults, cut where it gets long
/// (a Machine holds thousands of words; show() and to_json() give all of it).

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/reflect_json.hpp"
#include "r1cluster/base/version.hpp"

namespace r1cluster::python {

namespace py = pybind11;

constexpr std::size_t longest_repr = 400;
constexpr std::size_t longest_text_in_repr = 80;

/// Of a field. `from` is a keyword of Python; a test finds any other that comes.
constexpr const char* name_in_python(std::string_view field) { return field == "from" ? "from_" : field.data(); }

/// At most `limit` bytes of UTF-8, whole characters, "..." where it was cut.
std::string shortened(std::string text, std::size_t limit);

template <class T>
void append_repr(std::string& out, const T& value) {
    if (out.size() > longest_repr) return;
    if constexpr (std::is_same_v<T, std::string>) {
        out += std::string(py::repr(py::str(shortened(value, longest_text_in_repr))));
    } else if constexpr (std::is_enum_v<T>) {
        out += std::string(py::str(py::cast(value)));  // "Phase.ready"
    } else if constexpr (std::is_arithmetic_v<T>) {
        out += std::string(py::repr(py::cast(value)));
    } else if constexpr (std::is_same_v<T, Version>) {
        out += "Version.parse(" + std::string(py::repr(py::str(value.text()))) + ")";
    } else if constexpr (detail::is_optional<T>::value) {
        if (value) {
            append_repr(out, *value);
        } else {
            out += "None";
        }
    } else if constexpr (detail::is_vector<T>::value) {
        const char* separator = "[";
        if (value.empty()) out += separator;
        for (const auto& item : value) {
            if (out.size() > longest_repr) return;
            out += separator;
            separator = ", ";
            append_repr(out, item);
        }
        out += "]";
    } else if constexpr (detail::is_map<T>::value) {
        const char* separator = "{";
        if (value.empty()) out += separator;
        for (const auto& [key, item] : value) {
            if (out.size() > longest_repr) return;
            out += separator;
            separator = ", ";
            append_repr(out, key);
            out += ": ";
            append_repr(out, item);
        }
        out += "}";
    } else {
        out += std::string(py::str(py::type::of<T>().attr("__name__"))) + "(";
        const char* separator = "";
        const T defaults{};
        boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
            if (value.*member.pointer == defaults.*member.pointer) return;
            out += std::string(separator) + name_in_python(member.name) + "=";
            separator = ", ";
            append_repr(out, value.*member.pointer);
        });
        out += ")";
    }
}

template <class T>
std::string repr(const T& value) {
    std::string out;
    append_repr(out, value);
    return shortened(std::move(out), longest_repr);
}

}  // namespace r1cluster::python
