// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "check/describe.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/decide/decide.hpp"

namespace r1cluster::python {

void bind_decision(py::module_& core) {
    py::module_ module = def_room(core, "decision");
    bind_enum<DecisionStep>(module);
    bind_value<Refusal>(module);
    bind_value<Decision>(module)
        .def("require_layout", &Decision::require_layout, "The layout; InvalidInput or NotFound where there is none.")
        .def("require_settings", &Decision::require_settings, "The settings; errors as of require_layout().")
        .def("require_launch_plan", &Decision::require_launch_plan, "The launch plan; errors as of require_layout().");
    core.def(
        "decide",
        [](const DeploymentSpec& spec, const Recording& recording, int layout, std::int64_t limit,
           const Knowledge* knowledge) {
            return decide(spec, recording, {.plan = {.limit = limit}, .layout = layout},
                          knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("recording"), py::kw_only(), py::arg("layout") = 0,
        py::arg("limit") = PlanOptions{}.limit, py::arg("knowledge") = py::none(),
        "From what was read to what start() would start, without I/O. `layout` is an index in the plan's layouts.");
    core.def(
        "check",
        [](const Decision& decision, const Knowledge* knowledge) {
            return check(decision, knowledge_or_embedded(knowledge));
        },
        py::arg("decision"), py::kw_only(), py::arg("knowledge") = py::none(),
        "Applies every rule to every subject. Rules that need what is None answer \"unknown\".");
    core.def(
        "check",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint* checkpoint, const Layout* layout,
           const Knowledge* knowledge) {
            Decision decision{.spec = spec, .cluster = cluster};
            if (checkpoint) decision.checkpoint = *checkpoint;
            if (layout) decision.layout = *layout;
            return check(decision, knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint") = py::none(), py::arg("layout") = py::none(),
        py::kw_only(), py::arg("knowledge") = py::none());
}

}  // namespace r1cluster::python
