// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "r1cluster/base/error.hpp"
#include "value.hpp"

namespace r1cluster::python {
namespace {

/// JSON of large values repeats names and keys; the fastest level packs it to a tenth.
constexpr int pickle_compression = 1;

py::object zlib(const char* name) { return py::module_::import("zlib").attr(name); }

/// What pickle keeps: the JSON document, packed; of a type without one its fields.
py::tuple reduce(py::handle self) {
    const auto [codec, value] = as_instance(self);
    const py::object restore = py::module_::import("r1cluster._core").attr("_restore");
    const py::object type = py::type::of(self);
    if (codec.to_json) {
        return py::make_tuple(
            restore, py::make_tuple(type, zlib("compress")(py::bytes(codec.to_json(value.get())), pickle_compression)));
    }
    py::dict fields;
    for (const Field& field : codec.fields) fields[field.name] = self.attr(field.name);
    return py::make_tuple(restore, py::make_tuple(type, fields));
}

std::string to_json(py::handle self) {
    const auto [codec, value] = as_instance(self);
    if (!codec.to_json) throw py::type_error(codec.name + " has no JSON document of its own; to_dict() has its fields");
    return codec.to_json(value.get());
}

py::object from_json(py::handle type, const std::string& text, const std::string& source) {
    const StructCodec& codec = codec_of_class(type);
    if (!codec.from_json) throw py::type_error(codec.name + " has no JSON document of its own");
    return wrap(type, codec, codec.from_json(text, source));
}

py::object restore(const py::object& type, const py::object& state) {
    if (PyDict_Check(state.ptr())) return type(**py::reinterpret_borrow<py::dict>(state));
    return from_json(type, py::cast<std::string>(zlib("decompress")(state)), "pickle");
}

template <class Function, class... Extra>
void def(const py::object& type, const char* name, Function function, const Extra&... extra) {
    type.attr(name) = py::cpp_function(function, py::name(name), py::is_method(type), extra...);
}

}  // namespace

void bind_value_class(py::module_& core) {
    const auto type = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(value_type()));
    py::register_local_exception_translator([](std::exception_ptr exception) {
        try {
            std::rethrow_exception(exception);
        } catch (const WrongValue& wrong) {
            py::set_error(PyExc_TypeError, message_of(wrong).c_str());
        }
    });
    const auto same = [](py::object self) { return self; };
    def(type, "to_json", &to_json, "The JSON document of this value; docs/schemas/ describes it.");
    def(
        type, "to_dict",
        [](py::handle self) {
            const auto [codec, value] = as_instance(self);
            return codec.fields_to_plain(value.get());
        },
        "The fields as dicts, lists, texts and numbers, as JSON has them.");
    for (const char* name : {"replace", "__replace__"}) {
        def(
            type, name, [](py::handle self, const py::kwargs& changes) { return replaced(self, changes); },
            "A copy with other values for the fields that are named. A dict for a field that is itself a value "
            "changes\n"
            "fields of that value: spec.replace(serve={\"port\": 8001}).");
    }
    def(type, "__reduce__", &reduce);
    def(type, "__copy__", same);
    def(type, "__deepcopy__", [](py::object self, py::handle) { return self; });
    const py::cpp_function read(&from_json, py::name("from_json"), py::arg("cls"), py::arg("text"),
                                py::arg("source") = "json",
                                "Reads what to_json() wrote; InvalidInput for anything else.");
    type.attr("from_json") = py::reinterpret_steal<py::object>(PyClassMethod_New(read.ptr()));
    core.attr("Value") = type;
}

void bind_restore(py::module_& core) { core.def("_restore", &restore, "What pickle calls."); }

}  // namespace r1cluster::python
