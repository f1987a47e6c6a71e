// SPDX-License-Identifier: Apache-2.0
#include "value.hpp"

#include <structmember.h>

#include <algorithm>
#include <exception>
#include <map>
#include <new>

#include "r1cluster/base/error.hpp"

namespace r1cluster::python {
namespace {

struct ValueObject {
    PyObject_HEAD const StructCodec* codec;
    Owner value;
    PyObject** kept;  ///< of each field what was made for it; nullptr: nothing yet
    Py_hash_t hash;   ///< -1: not known yet
};

ValueObject& as_value(PyObject* self) { return *reinterpret_cast<ValueObject*>(self); }

std::map<PyTypeObject*, const StructCodec*>& codecs() {
    static auto* all = new std::map<PyTypeObject*, const StructCodec*>;
    return *all;
}

/// Of a class or of a Python class that is derived from it; nullptr: Value itself.
const StructCodec* codec_of_type(PyTypeObject* type) {
    for (; type; type = type->tp_base) {
        const auto found = codecs().find(type);
        if (found != codecs().end()) return found->second;
    }
    return nullptr;
}

/// Runs `call` for CPython: exceptions become Python's, and the result of failure.
template <class Result, class Call>
Result guarded(Result failure, Call call) {
    try {
        return call();
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const WrongValue& wrong) {
        PyErr_SetString(PyExc_TypeError, message_of(wrong).c_str());
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return failure;
}

const void* place_of(const ValueObject& self, const Field& field) {
    return static_cast<const char*>(self.value.get()) + field.offset;
}

PyObject* allocate(PyTypeObject* type, const StructCodec& codec, Owner value) {
    PyObject* self = type->tp_alloc(type, 0);
    if (!self) throw py::error_already_set();
    ValueObject& object = as_value(self);
    object.codec = &codec;
    new (&object.value) Owner(std::move(value));
    object.kept = nullptr;
    object.hash = -1;
    return self;
}

[[noreturn]] void unknown_field(const StructCodec& codec, const std::string& name) {
    py::list names;
    for (const Field& field : codec.fields) names.append(field.name);
    const py::list near = py::module_::import("difflib").attr("get_close_matches")(name, names, 1);
    std::string text = codec.name + " has no field \"" + name + "\"";
    if (!near.empty()) text += "; did you mean \"" + std::string(py::str(near[0])) + "\"?";
    throw py::type_error(text);
}

void set_fields(const StructCodec& codec, void* value, const py::dict& fields, const Owner& before) {
    for (const auto& [key, item] : fields) {
        const std::string name = py::str(key);
        const Field* field = codec.find(name);
        if (!field) unknown_field(codec, name);
        void* place = static_cast<char*>(value) + field->offset;
        try {
            const auto* nested = dynamic_cast<const StructCodec*>(field->codec);
            if (before && nested && PyDict_Check(item.ptr())) {
                const py::object part =
                    nested->to_python(static_cast<const char*>(before.get()) + field->offset, before);
                nested->from_python(replaced(part, py::reinterpret_borrow<py::dict>(item)), place);
            } else {
                field->codec->from_python(item, place);
            }
        } catch (WrongValue& wrong) {
            wrong.place = codec.name + "." + name + wrong.place;
            throw;
        }
    }
}

PyObject* new_value(PyTypeObject* type, PyObject* arguments, PyObject* fields) {
    return guarded<PyObject*>(nullptr, [&] {
        const StructCodec* codec = codec_of_type(type);
        if (!codec) throw py::type_error("Value is the base of all values; make one of a class of its own");
        if (PyTuple_GET_SIZE(arguments) != 0) {
            throw py::type_error(codec->name + " takes fields by name only: " + codec->name + "(" +
                                 (codec->fields.empty() ? "" : std::string(codec->fields.front().name) + "=...") + ")");
        }
        if (!fields || PyDict_GET_SIZE(fields) == 0) return allocate(type, *codec, codec->defaults);
        const std::shared_ptr<void> value = codec->copy(codec->defaults.get());
        set_fields(*codec, value.get(), py::reinterpret_borrow<py::dict>(fields), nullptr);
        return allocate(type, *codec, value);
    });
}

void free_value(PyObject* self) {
    ValueObject& object = as_value(self);
    if (object.kept) {
        for (std::size_t i = 0; i < object.codec->fields.size(); ++i) Py_XDECREF(object.kept[i]);
        delete[] object.kept;
    }
    object.value.~Owner();
    PyTypeObject* type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

Py_hash_t hash_value(PyObject* self) {
    ValueObject& object = as_value(self);
    if (object.hash == -1) {
        const auto hash = static_cast<Py_hash_t>(object.codec->hash(object.value.get()));
        object.hash = hash == -1 ? -2 : hash;  // CPython's word for "failed"
    }
    return object.hash;
}

PyObject* compare_values(PyObject* self, PyObject* other, int operation) {
    if ((operation != Py_EQ && operation != Py_NE) || !PyObject_TypeCheck(other, value_type()) ||
        as_value(self).codec != as_value(other).codec) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    const bool is_equal = as_value(self).value.get() == as_value(other).value.get() ||
                          as_value(self).codec->is_equal(as_value(self).value.get(), as_value(other).value.get());
    return PyBool_FromLong(is_equal == (operation == Py_EQ));
}

PyObject* repr_value(PyObject* self) {
    return guarded<PyObject*>(nullptr, [&] {
        std::string out;
        as_value(self).codec->append_repr(out, as_value(self).value.get());
        return py::str(shortened(std::move(out), longest_repr)).release().ptr();
    });
}

/// The descriptor of one field, as the class has it.
struct FieldObject {
    PyObject_HEAD const StructCodec* codec;
    std::size_t index;
};

const Field& field_of(PyObject* self) {
    const auto& object = *reinterpret_cast<FieldObject*>(self);
    return object.codec->fields[object.index];
}

/// A descriptor can be called with anything.
void require_instance(PyObject* self, PyObject* instance) {
    const StructCodec& codec = *reinterpret_cast<FieldObject*>(self)->codec;
    if (find_value(instance, codec)) return;
    throw py::type_error(codec.name + "." + field_of(self).name + " is a field of a " + codec.name + ", not of a " +
                         std::string(py::str(py::type::handle_of(instance).attr("__name__"))));
}

PyObject* read_field(PyObject* self, PyObject* instance, PyObject*) {
    if (!instance || instance == Py_None) return Py_NewRef(self);
    return guarded<PyObject*>(nullptr, [&] {
        const auto& descriptor = *reinterpret_cast<FieldObject*>(self);
        require_instance(self, instance);
        ValueObject& object = as_value(instance);
        const Field& field = field_of(self);
        if (!field.codec->is_kept())
            return field.codec->to_python(place_of(object, field), object.value).release().ptr();
        if (!object.kept) object.kept = new PyObject*[object.codec->fields.size()]();
        PyObject*& kept = object.kept[descriptor.index];
        if (!kept) kept = field.codec->to_python(place_of(object, field), object.value).release().ptr();
        return Py_NewRef(kept);
    });
}

int write_field(PyObject* self, PyObject*, PyObject*) {
    const std::string& type = reinterpret_cast<FieldObject*>(self)->codec->name;
    PyErr_Format(PyExc_AttributeError, "a %s never changes; %s.replace(%s=...) makes a changed copy", type.c_str(),
                 type.c_str(), field_of(self).name);
    return -1;
}

PyObject* text_of_field(PyObject* self, void* which) {
    return guarded<PyObject*>(nullptr, [&] {
        const Field& field = field_of(self);
        const std::string word = static_cast<const char*>(which);
        if (word == "doc") return py::str(field.doc).release().ptr();
        return py::str(word == "name" ? field.name : field.codec->annotation()).release().ptr();
    });
}

PyTypeObject* field_type() {
    static PyTypeObject* type = [] {
        static const auto word = [](const char* text) { return const_cast<char*>(text); };
        static PyGetSetDef texts[] = {{"__name__", text_of_field, nullptr, nullptr, word("name")},
                                      {"__doc__", text_of_field, nullptr, nullptr, word("doc")},
                                      {"annotation", text_of_field, nullptr, nullptr, word("annotation")},
                                      {nullptr, nullptr, nullptr, nullptr, nullptr}};
        static PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(read_field)},
                                      {Py_tp_descr_set, reinterpret_cast<void*>(write_field)},
                                      {Py_tp_getset, texts},
                                      {0, nullptr}};
        static PyType_Spec spec = {"r1cluster.Field", sizeof(FieldObject), 0,
                                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
        PyObject* made = PyType_FromSpec(&spec);
        if (!made) throw py::error_already_set();
        return reinterpret_cast<PyTypeObject*>(made);
    }();
    return type;
}

py::object new_field(const StructCodec& codec, std::size_t index) {
    PyObject* made = field_type()->tp_alloc(field_type(), 0);
    if (!made) throw py::error_already_set();
    auto& object = *reinterpret_cast<FieldObject*>(made);
    object.codec = &codec;
    object.index = index;
    return py::reinterpret_steal<py::object>(made);
}

}  // namespace

const Codec& as_codec(const StructCodec& codec) { return codec; }

PyTypeObject* value_type() {
    static PyTypeObject* type = [] {
        static PyType_Slot slots[] = {
            {Py_tp_doc, const_cast<char*>("What every value has; fields cannot be assigned.")},
            {Py_tp_new, reinterpret_cast<void*>(new_value)},
            {Py_tp_dealloc, reinterpret_cast<void*>(free_value)},
            {Py_tp_hash, reinterpret_cast<void*>(hash_value)},
            {Py_tp_richcompare, reinterpret_cast<void*>(compare_values)},
            {Py_tp_repr, reinterpret_cast<void*>(repr_value)},
            {0, nullptr}};
        static PyType_Spec spec = {"r1cluster.Value", sizeof(ValueObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                   slots};
        PyObject* made = PyType_FromSpec(&spec);
        if (!made) throw py::error_already_set();
        return reinterpret_cast<PyTypeObject*>(made);
    }();
    return type;
}

void make_type(StructCodec& codec, const py::module_& module) {
    py::dict members;
    members["__slots__"] = py::tuple();
    members["__doc__"] = codec.doc;
    members["__module__"] = module.attr("__name__");
    py::list names;
    for (std::size_t i = 0; i < codec.fields.size(); ++i) {
        members[codec.fields[i].name] = new_field(codec, i);
        names.append(codec.fields[i].name);
    }
    members["_fields"] = py::tuple(names);
    const py::object base = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(value_type()));
    const py::object type = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyType_Type))(
        codec.name, py::make_tuple(base), members);
    codec.type = reinterpret_cast<PyTypeObject*>(type.inc_ref().ptr());
    codecs()[codec.type] = &codec;
    module.attr(codec.name.c_str()) = type;
}

std::string message_of(const WrongValue& wrong) {
    return wrong.place + " must be " + wrong.expected + ", not " + wrong.found;
}

py::object wrap(py::handle type, const StructCodec& codec, Owner value) {
    return py::reinterpret_steal<py::object>(
        allocate(reinterpret_cast<PyTypeObject*>(type.ptr()), codec, std::move(value)));
}

py::object wrap(const StructCodec& codec, Owner value) {
    if (!codec.type) throw py::type_error(codec.name + " is not known to Python");
    return wrap(reinterpret_cast<PyObject*>(codec.type), codec, std::move(value));
}

const StructCodec& codec_of_class(py::handle type) {
    const StructCodec* codec = codec_of_type(reinterpret_cast<PyTypeObject*>(type.ptr()));
    if (!codec) throw py::type_error("this works on values, which have a class of their own");
    return *codec;
}

Instance as_instance(py::handle self) {
    const StructCodec& codec = codec_of_class(py::type::handle_of(self));
    return {codec, as_value(self.ptr()).value};
}

const void* find_value(py::handle object, const StructCodec& codec) {
    if (!PyObject_TypeCheck(object.ptr(), value_type())) return nullptr;
    const ValueObject& value = as_value(object.ptr());
    return value.codec == &codec ? value.value.get() : nullptr;
}

py::object replaced(py::handle self, const py::dict& changes) {
    const ValueObject& object = as_value(self.ptr());
    const std::shared_ptr<void> value = object.codec->copy(object.value.get());
    set_fields(*object.codec, value.get(), changes, object.value);
    return py::reinterpret_steal<py::object>(allocate(Py_TYPE(self.ptr()), *object.codec, value));
}

const Field* StructCodec::find(std::string_view field) const {
    for (const Field& candidate : fields) {
        if (candidate.name == field) return &candidate;
    }
    return nullptr;
}

bool StructCodec::is_default(const Field& field, const void* value) const {
    return field.codec->is_equal(static_cast<const char*>(value) + field.offset,
                                 static_cast<const char*>(defaults.get()) + field.offset);
}

py::object StructCodec::to_python(const void* value, const Owner& owner) const {
    return wrap(*this, Owner(owner, value));
}

void StructCodec::from_python(py::handle object, void* value) const {
    const void* source = find_value(object, *this);
    if (!source) wrong_value(name, object);
    assign(value, source);
}

bool StructCodec::is_equal(const void* a, const void* b) const {
    if (are_equal) return are_equal(a, b);
    return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
        return field.codec->is_equal(static_cast<const char*>(a) + field.offset,
                                     static_cast<const char*>(b) + field.offset);
    });
}

std::size_t StructCodec::hash(const void* value) const {
    if (own_hash) return own_hash(value);
    std::size_t hash = fields.size();
    for (const Field& field : fields) {
        hash = hash * 31 + field.codec->hash(static_cast<const char*>(value) + field.offset);
    }
    return hash;
}

void StructCodec::append_repr(std::string& out, const void* value) const {
    if (out.size() > longest_repr) return;
    out += name;
    if (text) {
        out += ".parse(" + std::string(py::repr(py::str(text(value)))) + ")";
        return;
    }
    const char* separator = "(";
    if (fields.empty()) out += separator;
    bool is_bare = true;
    for (const Field& field : fields) {
        if (is_default(field, value)) continue;
        out += std::string(separator) + field.name + "=";
        separator = ", ";
        is_bare = false;
        field.codec->append_repr(out, static_cast<const char*>(value) + field.offset);
    }
    out += is_bare && !fields.empty() ? "()" : ")";
}

py::object StructCodec::to_plain(const void* value) const {
    if (text) return py::str(text(value));
    return fields_to_plain(value);
}

py::dict StructCodec::fields_to_plain(const void* value) const {
    py::dict plain;
    for (const Field& field : fields) {
        std::string_view name = field.name;  // JSON knows no keywords of Python
        if (name.ends_with('_')) name.remove_suffix(1);
        plain[py::str(name.data(), name.size())] =
            field.codec->to_plain(static_cast<const char*>(value) + field.offset);
    }
    return plain;
}

}  // namespace r1cluster::python
