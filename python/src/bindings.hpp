// SPDX-License-Identifier: Apache-2.0
#pragma once

/// bind_value() makes a Python class of any described value. A field exists once: in the C++ header, which has its
/// comment too, and in its room's describe.hpp.

#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <concepts>
#include <string>
#include <utility>

#include "r1cluster/base/json.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "value.hpp"

namespace r1cluster::python {

template <>
inline constexpr std::string_view name_of_instance<knowledge::FigureRow<knowledge::SpeedFigure>>{"SpeedFigureRow"};
template <>
inline constexpr std::string_view name_of_instance<knowledge::FigureRow<knowledge::LinkFigure>>{"LinkFigureRow"};
template <>
inline constexpr std::string_view name_of_instance<knowledge::FigureRow<knowledge::MemoryFigure>>{"MemoryFigureRow"};

/// Of a field. `from` is a keyword of Python; a test finds any other that comes.
constexpr const char* name_in_python(std::string_view field) { return field == "from" ? "from_" : field.data(); }

/// The comment of a type, or of one of its fields or enumerators, in the public headers; tools/header_comments.py
/// collects them. Empty: there is none.
const char* comment_of(std::string_view type, std::string_view member = {});

/// The enumerators keep their C++ names. BOOST_DESCRIBE_ENUM must list them.
template <class Enum>
void bind_enum(py::module_& module) {
    static const std::string name(cpp_name<Enum>());
    py::native_enum<Enum> type(module, name.c_str(), "enum.Enum", comment_of(name));
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto enumerator) {
        const char* comment = comment_of(name, enumerator.name);
        type.value(enumerator.name, enumerator.value, *comment ? comment : nullptr);
    });
    type.finalize();
}

/// A class of values, to which methods can be added.
template <class T>
class ValueClass : public py::object {
public:
    explicit ValueClass(PyTypeObject* type)
        : py::object(py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(type))) {}

    template <class Function, class... Extra>
    ValueClass& def(const char* name, Function&& function, const Extra&... extra) {
        attr(name) =
            py::cpp_function(py::method_adaptor<T>(std::forward<Function>(function)), py::name(name),
                             py::is_method(*this), py::sibling(py::getattr(*this, name, py::none())), extra...);
        return *this;
    }
    template <class Function, class... Extra>
    ValueClass& def_static(const char* name, Function&& function, const Extra&... extra) {
        attr(name) = py::staticmethod(py::cpp_function(std::forward<Function>(function), py::name(name), extra...));
        return *this;
    }
};

/// "FigureRow" of r1cluster::knowledge::FigureRow<...>.
template <class T>
constexpr std::string_view name_of_template() {
    const std::string_view whole = scoped_name<T>();
    const std::string_view name = whole.substr(0, whole.find('<'));
    return name.substr(name.rfind(':') + 1);
}

/// For values that have no JSON document of their own.
template <class T>
ValueClass<T> bind_fields(py::module_& module) {
    StructCodec& codec = struct_codec<T>();
    const std::string_view commented =
        name_of_instance<T>.empty() ? std::string_view(codec.name) : name_of_template<T>();
    const auto defaults = std::make_shared<const T>();
    codec.doc = comment_of(commented);
    codec.defaults = defaults;
    codec.copy = [](const void* value) -> std::shared_ptr<void> {
        return std::make_shared<T>(*static_cast<const T*>(value));
    };
    codec.assign = [](void* target, const void* source) { *static_cast<T*>(target) = *static_cast<const T*>(source); };
    if constexpr (std::equality_comparable<T>) {
        codec.are_equal = [](const void* a, const void* b) {
            return *static_cast<const T*>(a) == *static_cast<const T*>(b);
        };
    }
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
        const auto& field = (*defaults).*member.pointer;
        const auto offset = reinterpret_cast<const char*>(&field) - reinterpret_cast<const char*>(defaults.get());
        codec.fields.push_back({name_in_python(member.name), comment_of(commented, member.name), offset,
                                &codec_of<std::decay_t<decltype(field)>>()});
    });
    make_type(codec, module);
    return ValueClass<T>(codec.type);
}

/// Everything that a public value has in Python; methods are added to the result.
template <class T>
ValueClass<T> bind_value(py::module_& module) {
    StructCodec& codec = struct_codec<T>();
    codec.to_json = [](const void* value) { return to_json<T>(*static_cast<const T*>(value)); };
    codec.from_json = [](const std::string& text, const std::string& source) -> std::shared_ptr<void> {
        return std::make_shared<T>(from_json<T>(text, source));
    };
    return bind_fields<T>(module);
}

/// Classes without methods of their own.
template <class... Ts>
void bind_values(py::module_& module) {
    (bind_value<Ts>(module), ...);
}

/// The value of an instance that a bound function got as py::object.
template <class T>
const T& value_of(const py::object& self) {
    return *static_cast<const T*>(as_instance(self).value.get());
}

/// A part of such a value, without a copy; None for nullptr.
template <class T>
py::typing::Optional<T> part_of(const py::object& whole, const T* part) {
    if (!part) return py::reinterpret_borrow<py::typing::Optional<T>>(py::none());
    return struct_codec<T>().to_python(part, as_instance(whole).value);
}

/// A submodule of r1cluster._core that says it is r1cluster.NAME, which is where users see it.
py::module_ def_room(py::module_& core, const char* name);

/// The tables to decide by; nullptr: those that the library carries.
inline const Knowledge& knowledge_or_embedded(const Knowledge* knowledge) {
    return knowledge ? *knowledge : Knowledge::embedded();
}

void bind_units(py::module_& core);
void bind_knowledge(py::module_& core);
void bind_report(py::module_& core);
void bind_spec(py::module_& core);
void bind_readings(py::module_& core);
void bind_facts(py::module_& core);
void bind_model(py::module_& core);
void bind_engine(py::module_& core);
void bind_layout(py::module_& core);
void bind_shard(py::module_& core);
void bind_memory(py::module_& core);
void bind_speed(py::module_& core);
void bind_plan(py::module_& core);
void bind_config(py::module_& core);
void bind_launch(py::module_& core);
void bind_decision(py::module_& core);
void bind_logs(py::module_& core);
void bind_host(py::module_& core);
void bind_deploy(py::module_& core);

}  // namespace r1cluster::python
