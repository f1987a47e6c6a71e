// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "check/describe.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/decide/decide.hpp"

namespace r1cluster::python {

void bind_check(py::module_& module) {
    bind_enum<DecisionStep>(module, "DecisionStep", "The steps of decide(), in their order.");
    bind_value<Refusal>(module, "Refusal", "Why a step of decide() has no value.");
    bind_value<Decision>(module, "Decision", "One deployment, decided but not started.")
        .def("require_layout", &Decision::require_layout, "The layout; InvalidInput or NotFound where there is none.")
        .def("require_settings", &Decision::require_settings)
        .def("require_launch_plan", &Decision::require_launch_plan);
    module.def(
        "decide",
        [](const DeploymentSpec& spec, const Recording& recording, int layout, std::int64_t limit) {
            return decide(spec, recording, {.plan = {.limit = limit}, .layout = layout});
        },
        py::arg("spec"), py::arg("recording"), py::kw_only(), py::arg("layout") = 0,
        py::arg("limit") = PlanOptions{}.limit,
        "From what was read to what start() would start, without I/O. `layout` is an index in the plan's layouts.");
    module.def(
        "check", [](const Decision& decision) { return check(decision); }, py::arg("decision"),
        "Applies every rule to every subject of the decision.");
    module.def(
        "check",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint* checkpoint, const Layout* layout) {
            Decision decision{.spec = spec, .cluster = cluster};
            if (checkpoint) decision.checkpoint = *checkpoint;
            if (layout) decision.layout = *layout;
            return check(decision);
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint") = py::none(), py::arg("layout") = py::none(),
        "Applies every rule to every subject; rules that need what is None answer \"unknown\".");
}

}  // namespace r1cluster::python
