// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "facts/describe.hpp"
#include "layout/describe.hpp"
#include "memory/describe.hpp"
#include "model/describe.hpp"
#include "spec/describe.hpp"

namespace r1cluster::python {

void bind_memory(py::module_& core) {
    py::module_ module = def_room(core, "memory");
    bind_values<MemoryTerm, RankMemory, HostLoad, RankCalibration, Calibration>(module);
    bind_value<MemoryForecast>(module).def("__str__", [](const MemoryForecast& self) { return show(self); });
    module.def(
        "forecast_memory",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const Calibration& calibration, const Knowledge* knowledge) {
            return forecast_memory(spec, cluster, checkpoint, layout, calibration, knowledge_or_embedded(knowledge));
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"),
        py::arg("calibration") = Calibration{}, py::kw_only(), py::arg("knowledge") = py::none(),
        "Memory of each rank, room for tokens and what loading takes of hosts; `calibration` replaces estimates.");
    module.def(
        "longest_request", &longest_request, py::arg("forecast"), py::arg("layout"), py::arg("users"),
        "How long each of `users` requests that run at a time may be, in tokens of prompt and answer. `layout` is\n"
        "the one of the forecast.");
    module.def("parse_calibration", &parse_calibration, py::arg("log"), py::arg("source"),
               "What vLLM (0.6.4 and later) or SGLang says of its memory in a log.");
    core.def("show", py::overload_cast<const MemoryForecast&, bool>(&show), py::arg("forecast"),
             py::arg("explain") = false);
}

}  // namespace r1cluster::python
