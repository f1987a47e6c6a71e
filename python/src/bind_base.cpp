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

std::string shortened(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    std::size_t end = limit - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside a character
    return text.substr(0, end) + "...";
}

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
        const py::object type = py::module_::import("r1cluster._errors").attr(class_name(error.kind()));
        const py::object instance = type(error.what(), py::cast(error.kind()), error.subject());
        PyErr_SetObject(type.ptr(), instance.ptr());
    }
}

}  // namespace

void bind_base(py::module_& module) {
    bind_value<Interval>(module, "Interval", "A forecast: from low to high, most likely the one between.");
    bind_value<WholeInterval>(module, "WholeInterval", "A forecast of a count: from low to high.");
    bind_enum<ErrorKind>(module, "ErrorKind", "What kind of trouble an Error is.");
    py::register_local_exception_translator(translate);

    module.def("format_bytes", &format_bytes, py::arg("bytes"), "\"641.29 GiB\": binary units, two decimals.");
    module.def("format_count", &format_count, py::arg("count"), "\"1,915,376\": groups of three digits.");
    module.def("format_seconds", &format_seconds, py::arg("seconds"), "\"85 ms\", \"4.2 s\", \"3 min 05 s\".");
    module.def("library_version", &library_version, "The version of the C++ library.");

    bind_fields<Version>(module, "Version", "A release number such as \"0.11.1\", ordered by its numbers.")
        .def_static("parse", &Version::parse, py::arg("text"), "InvalidInput for text that is not a version.")
        .def_static("try_parse", &Version::try_parse, py::arg("text"), "None for text that is not a version.")
        .def("text", &Version::text)
        .def("__str__", &Version::text)
        .def(
            "__lt__", [](const Version& self, const Version& other) { return self < other; }, py::is_operator())
        .def(
            "__le__", [](const Version& self, const Version& other) { return self <= other; }, py::is_operator())
        .def(
            "__gt__", [](const Version& self, const Version& other) { return self > other; }, py::is_operator())
        .def(
            "__ge__", [](const Version& self, const Version& other) { return self >= other; }, py::is_operator())
        .def(py::pickle([](const Version& self) { return self.text(); },
                        [](const std::string& state) { return Version::parse(state); }));
}

}  // namespace r1cluster::python
