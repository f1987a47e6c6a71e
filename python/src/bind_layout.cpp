// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "layout/describe.hpp"
#include "r1cluster/layout/compare.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster::python {

void bind_layout(py::module_& core) {
    py::module_ module = def_room(core, "layout");
    bind_values<Workload, RankPlacement>(module);
    bind_value<Layout>(module)
        .def("world_size", &Layout::world_size, "Number of ranks.")
        .def("_repr_html_", [](const Layout& self) { return show_html(self); });
    bind_enum<BetterLayout>(module);
    bind_value<LayoutDifference>(module);
    core.def("compare", py::overload_cast<const Layout&, const Layout&>(&compare), py::arg("first"), py::arg("second"));
    core.def("show", py::overload_cast<const std::vector<LayoutDifference>&>(&show), py::arg("differences"));
    core.def("show_html", py::overload_cast<const Layout&>(&show_html), py::arg("layout"));
}

}  // namespace r1cluster::python
