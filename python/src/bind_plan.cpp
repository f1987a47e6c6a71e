// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "engine/describe.hpp"
#include "facts/describe.hpp"
#include "layout/describe.hpp"
#include "model/describe.hpp"
#include "plan/describe.hpp"
#include "spec/describe.hpp"

namespace r1cluster::python {

void bind_plan(py::module_& core) {
    py::module_ module = def_room(core, "plan");
    bind_values<RejectedLayout, PlanOptions>(module);
    bind_value<Plan>(module)
        .def(
            "best", [](const Plan& self) { return self.best(); },
            "The first of the layouts; InvalidInput with the reasons where nothing fits.")
        .def("__str__", [](const Plan& self) { return show(self); })
        .def("_repr_html_", [](const Plan& self) { return show_html(self); });
    module.def(
        "plan_layouts",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, std::int64_t limit,
           const Knowledge* knowledge) {
            return plan_layouts(spec, cluster, checkpoint, {.limit = limit}, knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::kw_only(),
        py::arg("limit") = PlanOptions{}.limit, py::arg("knowledge") = py::none(),
        "Searches every way to divide the model over the hosts of the spec, for its goal, from facts alone.");
    core.def("show", py::overload_cast<const Plan&, bool>(&show), py::arg("plan"), py::arg("explain") = false);
    core.def("show_html", py::overload_cast<const Plan&>(&show_html), py::arg("plan"));
}

}  // namespace r1cluster::python
