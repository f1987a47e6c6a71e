// SPDX-License-Identifier: Apache-2.0
#pragma once

/// bind_value() makes a Python class of any described value, so that a field exists once: in the C++ header and
/// in its room's describe.hpp. Values are immutable in Python; replace() gives a changed copy.

#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "base/reflect_json.hpp"
#include "r1cluster/base/json.hpp"
#include "repr.hpp"

namespace r1cluster::python {

template <class T, class Member>
using field_of = std::decay_t<decltype(std::declval<T&>().*Member::pointer)>;

/// The enumerators keep their C++ names. BOOST_DESCRIBE_ENUM must list them.
template <class Enum>
void bind_enum(py::module_& module, const char* name, const char* doc) {
    py::native_enum<Enum> type(module, name, "enum.Enum", doc);
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
        [&](auto enumerator) { type.value(enumerator.name, enumerator.value); });
    type.finalize();
}

template <class T, template <class...> class List, class... Member>
void bind_constructor(py::class_<T>& type, List<Member...>) {
    const T defaults{};
    type.def(
        py::init([](field_of<T, Member>... fields) {
            T value{};
            ((value.*Member::pointer = std::move(fields)), ...);
            return value;
        }),
        py::kw_only(),
        py::arg_v(name_in_python(Member::name), defaults.*Member::pointer, repr(defaults.*Member::pointer).c_str())...);
}

/// A copy with other values for some fields, as copy.replace() of Python 3.13 wants it. The constructor refuses
/// names that are no fields.
template <class T>
T replaced(const T& self, const py::kwargs& changes) {
    py::dict fields;
    boost::mp11::mp_for_each<detail::members_of<T>>(
        [&](auto member) { fields[name_in_python(member.name)] = py::cast(self.*member.pointer); });
    fields.attr("update")(changes);
    return py::cast<T>(py::type::of<T>()(**fields));
}

/// Fields, constructor, equality and text; for values that have no JSON form.
template <class T>
py::class_<T> bind_fields(py::module_& module, const char* name, const char* doc) {
    py::class_<T> type(module, name, doc);
    bind_constructor<T>(type, detail::members_of<T>{});
    boost::mp11::mp_for_each<detail::members_of<T>>(
        [&](auto member) { type.def_readonly(name_in_python(member.name), member.pointer); });
    if constexpr (std::equality_comparable<T>) {
        type.def(
            "__eq__", [](const T& self, const T& other) { return self == other; }, py::is_operator());
    }
    type.def("__repr__", [](const T& self) { return repr(self); });
    type.def("replace", &replaced<T>, "A copy with other values for the fields that are named.");
    type.def("__replace__", &replaced<T>);
    return type;
}

/// Everything that a public value has in Python; members beyond its fields are added to the result.
template <class T>
py::class_<T> bind_value(py::module_& module, const char* name, const char* doc) {
    py::class_<T> type = bind_fields<T>(module, name, doc);
    type.def("to_json", &to_json<T>, "The JSON document of this value; docs/schemas/ describes it.");
    type.def_static(
        "from_json", [](const std::string& text, const std::string& source) { return from_json<T>(text, source); },
        py::arg("text"), py::arg("source") = "json", "Reads what to_json() wrote; InvalidInput for anything else.");
    type.def(py::pickle([](const T& self) { return to_json(self); },
                        [](const std::string& state) { return from_json<T>(state, "pickle"); }));
    return type;
}

void bind_base(py::module_& module);
void bind_report(py::module_& module);
void bind_spec(py::module_& module);
void bind_readings(py::module_& module);
void bind_facts(py::module_& module);
void bind_model(py::module_& module);
void bind_plan(py::module_& module);
void bind_check(py::module_& module);
void bind_config(py::module_& module);
void bind_launch(py::module_& module);
void bind_diagnose(py::module_& module);
void bind_host(py::module_& module);

}  // namespace r1cluster::python
