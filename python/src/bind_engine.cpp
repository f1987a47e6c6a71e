// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "engine/describe.hpp"
#include "facts/describe.hpp"
#include "model/describe.hpp"
#include "r1cluster/engine/engine.hpp"
#include "spec/describe.hpp"
#include "with_knowledge.hpp"

namespace r1cluster::python {

void bind_engine(py::module_& core) {
    py::module_ module = def_room(core, "engine");
    bind_value<Engine>(module).def("loading", &Engine::loading,
                                   "What decides which bytes of a checkpoint its ranks read.");
    module.def("choose_engine", with_knowledge(&choose_engine), py::arg("spec"), py::arg("cluster"), py::arg("config"),
               py::kw_only(), py::arg("knowledge") = py::none(),
               "The engine of the spec with all of its options: what Layout.engine holds.");
    module.def("default_partition", &default_partition, py::arg("layers"), py::arg("pipeline_parallel"),
               py::arg("engine") = Engine{}, "Layers of each pipeline stage by the engine's own rule.");
}

}  // namespace r1cluster::python
