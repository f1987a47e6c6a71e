// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "spec/describe.hpp"

namespace r1cluster::python {

void bind_spec(py::module_& module) {
    bind_enum<GoalKind>(module, "GoalKind", "What a deployment is to be best at.");
    bind_value<Goal>(module, "Goal", "What layouts are ordered by.").def("__str__", [](const Goal& self) {
        return text_of(self);
    });
    module.def("parse_goal", &parse_goal, py::arg("text"),
               "\"latency\", \"throughput\", \"context\" or \"32 users at 8192 tokens\".");
    bind_enum<Transport>(module, "Transport", "How the agent on a host is reached.");
    bind_enum<Fate>(module, "Fate", "What becomes of the processes when the controller goes away.");
    bind_value<HostSpec>(module, "HostSpec", "One machine, or one part of a machine, that takes part.");
    bind_value<ModelSpec>(module, "ModelSpec", "Which checkpoint is served, and under which name.");
    bind_value<EngineSpec>(module, "EngineSpec", "The engine, and how it is started.");
    bind_value<ServeSpec>(module, "ServeSpec", "Where the head host listens for requests.");
    bind_value<LayoutSpec>(module, "LayoutSpec", "Any part left out is chosen by plan_layouts().");
    bind_value<DeploymentSpec>(module, "DeploymentSpec",
                               "What the user asks for: the content of cluster.toml, or the same built by hand.");
    bind_value<PlannedPort>(module, "PlannedPort", "A TCP port that a deployment will bind.");
    bind_value<DeploymentPorts>(module, "DeploymentPorts", "TCP ports that a deployment binds on the head host.");

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
