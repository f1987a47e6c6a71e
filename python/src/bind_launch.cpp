// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "embedded_knowledge.hpp"
#include "launch/describe.hpp"

namespace r1cluster::python {
namespace {

std::optional<HostLaunch> find(const LaunchPlan& plan, const std::string& host) {
    const HostLaunch* found = plan.find(host);
    return found ? std::optional(*found) : std::nullopt;
}

void bind_plan_values(py::module_& module) {
    bind_value<SecretVariable>(module, "SecretVariable", "A variable whose value is the content of a file.");
    bind_value<ProcessSpec>(module, "ProcessSpec", "One process of the engine, complete.");
    bind_value<LaunchPort>(module, "LaunchPort", "A TCP port that a process will bind.");
    bind_enum<RuntimeKind>(module, "RuntimeKind", "How processes are executed.");
    bind_value<Runtime>(module, "Runtime", "How a host's processes are executed, watched and ended.");
    bind_value<HostLaunch>(module, "HostLaunch", "What is started on one host.");
    bind_value<Readiness>(module, "Readiness", "When the deployment counts as ready.");
    bind_value<LaunchPlan>(module, "LaunchPlan", "What is started where, how it is watched and how it is stopped.")
        .def("find", &find, py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const LaunchPlan& self) { return show(self); });
}

void bind_status_values(py::module_& module) {
    bind_enum<Phase>(module, "Phase", "How far a deployment is on a host.");
    bind_value<Cause>(module, "Cause", "Why a group ended: the first thing that went wrong.");
    bind_value<ProcessStatus>(module, "ProcessStatus", "How one process of the engine is.");
    bind_value<RankStatus>(module, "RankStatus", "How the process of one rank is.");
    bind_value<HostStatus>(module, "HostStatus", "How a deployment is on one host.");
    bind_value<DeploymentStatus>(module, "DeploymentStatus", "How a deployment is.")
        .def("__str__", [](const DeploymentStatus& self) { return show(self); });
}

}  // namespace

void bind_launch(py::module_& module) {
    bind_plan_values(module);
    bind_status_values(module);
    module.def("plan_launch", with_embedded_knowledge(&plan_launch), py::arg("spec"), py::arg("cluster"),
               py::arg("layout"), py::arg("settings"), "The processes of each host for this engine and version.");
    module.def("show", py::overload_cast<const LaunchPlan&>(&show), py::arg("plan"));
    module.def("summarize", &summarize, py::arg("deployment"), py::arg("hosts"),
               "The phase and first cause of the whole from those of its hosts.");
    module.def("show", py::overload_cast<const DeploymentStatus&>(&show), py::arg("status"));
}

}  // namespace r1cluster::python
