// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "spec/describe.hpp"

namespace r1cluster::python {

void bind_spec(py::module_& core) {
    py::module_ module = def_room(core, "spec");
    bind_enum<GoalKind>(module);
    bind_enum<Transport>(module);
    bind_enum<Fate>(module);
    bind_enum<RuntimeKind>(module);
    bind_enum<Pull>(module);
    bind_value<Goal>(module).def("__str__", [](const Goal& self) { return text_of(self); });
    bind_values<HostSpec, ModelSpec, EngineSpec, ContainerSpec, ProxySpec, ServeSpec, LayoutSpec, DeploymentSpec,
                PlannedPort, DeploymentPorts>(module);

    module.def("parse_goal", &parse_goal, py::arg("text"),
               "\"latency\", \"throughput\", \"context\" or \"32 users at 8192 tokens\".");
    module.def("parse_spec", &parse_spec, py::arg("text"), py::arg("source") = "cluster.toml",
               "Reads the text of a cluster.toml; InvalidInput leads with source:line:column:.");
    module.def("validated", &validated, py::arg("spec"),
               "The spec with its defaults filled in; InvalidInput where it breaks a rule of parse_spec().");
    module.def("to_toml", &to_toml, py::arg("spec"), "The TOML form, which parse_spec() reads back.");
    module.def("deployment_ports", &deployment_ports, py::arg("spec"), "The ports that follow from the API's.");
    module.def("planned_ports", &planned_ports, py::arg("spec"), "Ports that a deployment uses on each host.");
    module.def("init", &init, py::arg("hosts"),
               "A commented cluster.toml for these ssh destinations (or \"local\"), ready to be filled in.");
}

}  // namespace r1cluster::python
