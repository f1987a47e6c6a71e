// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "report/describe.hpp"

namespace r1cluster::python {

void bind_report(py::module_& module) {
    bind_enum<Severity>(module, "Severity", "Ordered by how much it matters.");
    bind_value<Finding>(module, "Finding", "One thing that is not as it must be, or could not be judged.");
    bind_value<CheckedRule>(module, "CheckedRule", "A rule that was applied, and to how many subjects.");
    bind_value<Report>(module, "Report", "All findings, most severe first, and everything that was checked.")
        .def("count", &Report::count, py::arg("severity"))
        .def("is_clean", &Report::is_clean, "True when no finding is an error or unknown.")
        .def("__str__", [](const Report& self) { return show(self); })
        .def("_repr_html_", [](const Report& self) { return show_html(self); });

    module.def("show", py::overload_cast<const Report&, bool>(&show), py::arg("report"), py::arg("explain") = false,
               "For a terminal: the verdict, the findings, and with `explain` what was checked.");
    module.def("show_html", py::overload_cast<const Report&>(&show_html), py::arg("report"), "For a notebook.");
    module.def("merge", &merge, py::arg("first"), py::arg("second"),
               "Joins reports; findings stay ordered by severity.");
}

}  // namespace r1cluster::python
