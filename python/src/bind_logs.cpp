// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "diagnose/describe.hpp"
#include "r1cluster/report/report.hpp"
#include "report/describe.hpp"

namespace r1cluster::python {

void bind_logs(py::module_& core) {
    py::module_ module = def_room(core, "logs");
    bind_values<EngineLog, TransportUse>(module);
    core.def(
        "diagnose",
        [](const std::vector<EngineLog>& logs, const Knowledge* knowledge) {
            return diagnose(logs, knowledge_or_embedded(knowledge));
        },
        py::arg("logs"), py::kw_only(), py::arg("knowledge") = py::none(),
        "What the logs say went wrong, the likely cause first. A text counts as the log of one process.");
    core.def(
        "diagnose",
        [](const std::string& text, const Knowledge* knowledge) {
            return diagnose({{.host = "", .process = "", .text = text}}, knowledge_or_embedded(knowledge));
        },
        py::arg("text"), py::kw_only(), py::arg("knowledge") = py::none());
    module.def("find_transports", &find_transports, py::arg("logs"), "Which transports NCCL said it uses.");
}

}  // namespace r1cluster::python
