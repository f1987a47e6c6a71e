// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "launch/describe.hpp"
#include "with_knowledge.hpp"

namespace r1cluster::python {

void bind_launch(py::module_& core) {
    py::module_ module = def_room(core, "launch");
    bind_values<SecretVariable, LaunchFile, Runtime, ProcessSpec, LaunchPort, HostLaunch, Readiness>(module);
    bind_value<LaunchPlan>(module)
        .def(
            "find",
            [](const py::object& self, const std::string& host) {
                return part_of(self, value_of<LaunchPlan>(self).find(host));
            },
            py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const LaunchPlan& self) { return show(self); });
    bind_enum<Phase>(module);
    bind_values<Cause, Stall, ProcessStatus, RankStatus, HostStatus>(module);
    bind_value<DeploymentStatus>(module).def("__str__", [](const DeploymentStatus& self) { return show(self); });

    module.def("plan_launch", with_knowledge(&plan_launch), py::arg("spec"), py::arg("cluster"), py::arg("layout"),
               py::arg("settings"), py::kw_only(), py::arg("knowledge") = py::none(),
               "The processes of each host for this engine and version.");
    core.def("show", py::overload_cast<const LaunchPlan&>(&show), py::arg("plan"));
    module.def("summarize", &summarize, py::arg("deployment"), py::arg("hosts"),
               "The phase and first cause of the whole from those of its hosts.");
    core.def("show", py::overload_cast<const DeploymentStatus&>(&show), py::arg("status"));
}

}  // namespace r1cluster::python
