// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "report/describe.hpp"

namespace r1cluster::python {

void bind_report(py::module_& core) {
    py::module_ module = def_room(core, "report");
    bind_enum<Severity>(module);
    bind_values<Finding, CheckedRule>(module);
    bind_value<Report>(module)
        .def("count", &Report::count, py::arg("severity"), "Number of findings of this severity.")
        .def("is_clean", &Report::is_clean, "True when no finding is an error or unknown.")
        .def("__str__", [](const Report& self) { return show(self); })
        .def("_repr_html_", [](const Report& self) { return show_html(self); });

    core.def("show", py::overload_cast<const Report&, bool>(&show), py::arg("report"), py::arg("explain") = false,
             "The text that the command line prints; with `explain` also the reasons.");
    core.def("show_html", py::overload_cast<const Report&>(&show_html), py::arg("report"),
             "HTML for a notebook, which shows it by itself for a value at the end of a cell.");
    module.def("merge", &merge, py::arg("first"), py::arg("second"),
               "Joins reports; findings stay ordered by severity.");
}

}  // namespace r1cluster::python
