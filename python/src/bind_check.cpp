// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "r1cluster/check/check.hpp"

namespace r1cluster::python {

void bind_check(py::module_& module) {
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
