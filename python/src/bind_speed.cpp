// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "facts/describe.hpp"
#include "layout/describe.hpp"
#include "model/describe.hpp"
#include "spec/describe.hpp"
#include "speed/describe.hpp"

namespace r1cluster::python {

void bind_speed(py::module_& core) {
    py::module_ module = def_room(core, "speed");
    bind_values<SpeedTerm, SpeedPoint, LinkTraffic, SlownessCause>(module);
    bind_value<SpeedForecast>(module).def("__str__", [](const SpeedForecast& self) { return show(self); });
    module.def(
        "forecast_speed",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const std::vector<Workload>& workloads, const Knowledge* knowledge) {
            return forecast_speed(spec, cluster, checkpoint, layout, workloads, knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"), py::arg("workloads"),
        py::kw_only(), py::arg("knowledge") = py::none(),
        "How fast a layout will serve each of these loads, as intervals with the reason for each part.");
    core.def("show", py::overload_cast<const SpeedForecast&, bool>(&show), py::arg("forecast"),
             py::arg("explain") = false);
    module.def(
        "explain_slowness",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const Workload& workload, double observed_tokens_per_s, const Knowledge* knowledge) {
            return explain_slowness(spec, cluster, checkpoint, layout, workload, observed_tokens_per_s,
                                    knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"), py::arg("workload"),
        py::arg("observed_tokens_per_s"), py::kw_only(), py::arg("knowledge") = py::none(),
        "What may explain the tokens per second that one request gets, best fit first.");
}

}  // namespace r1cluster::python
