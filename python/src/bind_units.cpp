// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "base/describe.hpp"
#include "bindings.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/base/version.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(ErrorKind, invalid_input, not_found, unavailable, timed_out, interrupted, system, internal)
BOOST_DESCRIBE_STRUCT(Version, (), (numbers, pre_release, local))

}  // namespace r1cluster

namespace r1cluster::python {
namespace {

const char* class_name(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input: return "InvalidInput";
        case ErrorKind::not_found: return "NotFound";
        case ErrorKind::unavailable: return "Unavailable";
        case ErrorKind::timed_out: return "TimedOut";
        case ErrorKind::interrupted: return "Interrupted";
        case ErrorKind::system: return "SystemFailure";
        case ErrorKind::internal: return "Internal";
    }
    return "Internal";
}

void translate(std::exception_ptr exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        const py::object type = py::module_::import("r1cluster.errors").attr(class_name(error.kind()));
        const auto& at = error.position();
        const py::object position = at ? py::object(py::make_tuple(at->line, at->column)) : py::none();
        const py::object instance = type(error.what(), py::cast(error.kind()), error.subject(), position);
        PyErr_SetObject(type.ptr(), instance.ptr());
    }
}

/// Equal versions may differ in zeros at the end, and in what follows "+".
std::size_t hash_of_version(const void* value) {
    std::size_t hash = 17;
    std::size_t zeros = 0;
    for (const int number : static_cast<const Version*>(value)->numbers) {
        if (number == 0) {
            ++zeros;
            continue;
        }
        for (; zeros > 0; --zeros) hash *= 31;
        hash = hash * 31 + static_cast<std::size_t>(number);
    }
    return hash;
}

template <class Compare>
void def_order(ValueClass<Version>& type, const char* name, Compare compare) {
    type.def(
        name, [compare](const Version& self, const Version& other) { return compare(self, other); }, py::is_operator());
}

void bind_version(py::module_& module) {
    auto type = bind_fields<Version>(module);
    type.def_static("parse", &Version::parse, py::arg("text"), "InvalidInput for text that is not a version.")
        .def_static("try_parse", &Version::try_parse, py::arg("text"), "None for text that is not a version.")
        .def("text", &Version::text, "The version as it was written.")
        .def("__str__", &Version::text);
    def_order(type, "__lt__", std::less<Version>());
    def_order(type, "__le__", std::less_equal<Version>());
    def_order(type, "__gt__", std::greater<Version>());
    def_order(type, "__ge__", std::greater_equal<Version>());
    StructCodec& codec = struct_codec<Version>();
    codec.own_hash = &hash_of_version;
    codec.text = [](const void* value) { return static_cast<const Version*>(value)->text(); };
}

}  // namespace

void bind_units(py::module_& core) {
    bind_enum<ErrorKind>(core);
    py::register_local_exception_translator(translate);

    py::module_ module = def_room(core, "units");
    bind_values<Interval, WholeInterval>(module);
    bind_version(module);
    module.def("format_bytes", &format_bytes, py::arg("bytes"), "\"641.29 GiB\": binary units, two decimals.");
    module.def("format_count", &format_count, py::arg("count"), "\"1,915,376\": groups of three digits.");
    module.def("format_seconds", &format_seconds, py::arg("seconds"), "\"85 ms\", \"4.2 s\", \"3 min 05 s\".");
    module.def("library_version", &library_version, "The version of the C++ library.");
}

}  // namespace r1cluster::python
