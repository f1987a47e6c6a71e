// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "diagnose/describe.hpp"

namespace r1cluster::python {

void bind_diagnose(py::module_& module) {
    bind_value<EngineLog>(module, "EngineLog", "The log of one process, as text.");
    bind_value<TransportUse>(module, "TransportUse", "A transport that NCCL said it uses, and how often.");
    module.def(
        "diagnose", [](const std::vector<EngineLog>& logs) { return diagnose(logs); }, py::arg("logs"),
        "What the logs say went wrong, the likely cause first.");
    module.def("find_transports", &find_transports, py::arg("logs"), "Which transports NCCL said it uses.");
}

}  // namespace r1cluster::python
