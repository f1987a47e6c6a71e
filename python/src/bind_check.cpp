// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "spec/describe.hpp"

namespace r1cluster::python {

void bind_check(py::module_& module) {
    bind_value<PlannedPort>(module, "PlannedPort", "A port that a deployment uses on a host.");
    module.def(
        "check",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint* checkpoint, const Layout* layout) {
            return check({spec, cluster, checkpoint, layout});
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint") = py::none(), py::arg("layout") = py::none(),
        "Applies every rule to every subject; rules that need what is None answer \"unknown\".");
    module.def("planned_ports", &planned_ports, py::arg("spec"), "Ports that a deployment uses on each host.");
}

}  // namespace r1cluster::python
