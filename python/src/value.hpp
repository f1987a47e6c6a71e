// SPDX-License-Identifier: Apache-2.0
#pragma once

/// r1cluster.Value, the Python class that all values of C++ have in common. An instance refers to a C++ value, or to a
/// part of one that it keeps alive, and never changes. A class of its own for each C++ type has nothing but fields.

#include <string>
#include <type_traits>
#include <vector>

#include "conversion.hpp"

namespace r1cluster::python {

/// One field of a value.
struct Field {
    const char* name;  ///< in Python
    const char* doc;
    std::ptrdiff_t offset;
    const Codec* codec;
};

/// A described struct. bind_value() fills in what is empty here.
class StructCodec final : public Codec {
public:
    explicit StructCodec(std::string_view cpp_name) : name(cpp_name) {}

    std::string name;
    const char* doc = "";
    std::vector<Field> fields;
    PyTypeObject* type = nullptr;  ///< never destroyed
    Owner defaults;
    std::shared_ptr<void> (*copy)(const void*) = nullptr;
    void (*assign)(void* target, const void* source) = nullptr;
    bool (*are_equal)(const void*, const void*) = nullptr;  ///< nullptr: C++ has no ==; field by field
    std::string (*to_json)(const void*) = nullptr;          ///< nullptr: the type has no JSON document of its own
    std::shared_ptr<void> (*from_json)(const std::string& text, const std::string& source) = nullptr;
    std::string (*text)(const void*) = nullptr;      ///< of what is one text to users: a Version
    std::size_t (*own_hash)(const void*) = nullptr;  ///< where equal values may differ in fields

    const Field* find(std::string_view field) const;
    bool is_default(const Field& field, const void* value) const;

    py::object to_python(const void* value, const Owner& owner) const override;
    void from_python(py::handle object, void* value) const override;
    std::size_t hash(const void* value) const override;
    bool is_equal(const void* a, const void* b) const override;
    void append_repr(std::string& out, const void* value) const override;
    py::object to_plain(const void* value) const override;
    py::dict fields_to_plain(const void* value) const;
    std::string annotation() const override { return name; }
    bool is_kept() const override { return true; }
};

template <class T>
StructCodec& struct_codec() {
    static StructCodec codec(cpp_name<T>());
    return codec;
}

/// A new instance of the codec's class, or of a class that is derived from it.
py::object wrap(const StructCodec& codec, Owner value);
py::object wrap(py::handle type, const StructCodec& codec, Owner value);
/// The C++ value of an instance of the codec's class; nullptr: it is something else.
const void* find_value(py::handle object, const StructCodec& codec);

struct Instance {
    const StructCodec& codec;
    Owner value;
};
/// Throws py::type_error for what is no value.
Instance as_instance(py::handle self);
const StructCodec& codec_of_class(py::handle type);
std::string message_of(const WrongValue& wrong);

/// The class Value, made with the first call.
PyTypeObject* value_type();
/// Makes codec.type, with a descriptor for each field.
void make_type(StructCodec& codec, const py::module_& module);

/// A copy with `changes`; a dict for a value changes fields of that value.
py::object replaced(py::handle self, const py::dict& changes);
void bind_value_class(py::module_& core);
/// Under the name that the module is imported by, which pickles hold.
void bind_restore(py::module_& core);

/// Lets bound functions take and return values.
template <class T>
class ValueCaster {
public:
    static constexpr auto make_name() {
        constexpr std::string_view text = cpp_name<T>();
        char characters[text.size() + 1] = {};
        for (std::size_t i = 0; i < text.size(); ++i) characters[i] = text[i];
        return py::detail::descr<text.size()>(characters);
    }
    static constexpr auto name = make_name();

    template <class Wanted>
    using cast_op_type = std::conditional_t<std::is_pointer_v<std::remove_reference_t<Wanted>>, const T*, const T&>;

    bool load(py::handle source, bool is_converting) {
        if (source.is_none()) return is_converting;  // for pointers
        value_ = static_cast<const T*>(find_value(source, struct_codec<T>()));
        return value_ != nullptr;
    }
    operator const T*() { return value_; }
    operator const T&() {
        if (!value_) throw py::reference_cast_error();
        return *value_;
    }

    static py::handle cast(const T& value, py::return_value_policy, py::handle) {
        return wrap(struct_codec<T>(), std::make_shared<const T>(value)).release();
    }
    static py::handle cast(T&& value, py::return_value_policy, py::handle) {
        return wrap(struct_codec<T>(), std::make_shared<const T>(std::move(value))).release();
    }
    static py::handle cast(const T* value, py::return_value_policy policy, py::handle parent) {
        return value ? cast(*value, policy, parent) : py::none().release();
    }

private:
    const T* value_ = nullptr;
};

}  // namespace r1cluster::python

namespace r1cluster {

class Deployment;
class Hosts;

namespace python {

/// Told by the name and not by the description, which a file that binds functions alone need not see: all files must
/// agree on the caster of a type.
template <class T>
constexpr bool is_value() {
    if constexpr (!std::is_class_v<T> || std::is_same_v<T, Deployment> || std::is_same_v<T, Hosts>) {
        return false;
    } else {
        constexpr std::string_view name = scoped_name<T>();
        return name.starts_with("r1cluster::") && !name.starts_with("r1cluster::python::") &&
               !name.starts_with("r1cluster::detail::") && name.find('<') == std::string_view::npos;
    }
}

}  // namespace python

}  // namespace r1cluster

namespace pybind11::detail {

template <class T>
class type_caster<T, std::enable_if_t<r1cluster::python::is_value<T>()>> : public r1cluster::python::ValueCaster<T> {};

}  // namespace pybind11::detail
