// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "plan/describe.hpp"

namespace r1cluster::python {

void bind_plan(py::module_& module) {
    bind_value<RankPlacement>(module, "RankPlacement", "One rank: where it runs and what it holds.");
    bind_value<Layout>(module, "Layout", "A way to spread the model over the machines.")
        .def("world_size", &Layout::world_size)
        .def("_repr_html_", [](const Layout& self) { return show_html(self); });
    bind_value<RejectedLayout>(module, "RejectedLayout", "A layout that cannot be, because ...");
    bind_value<Plan>(module, "Plan", "All layouts that these machines and this model allow, best first.")
        .def("__str__", [](const Plan& self) { return show(self); });
    bind_value<RankShards>(module, "RankShards", "The slices of the checkpoint that one rank needs.");
    bind_value<FileShare>(module, "FileShare", "Bytes of one file that a host needs.");
    bind_value<HostShards>(module, "HostShards", "What a host needs of each file.");
    bind_value<ShardPlan>(module, "ShardPlan", "Which bytes of the checkpoint go where.");
    bind_value<EngineParameter>(module, "EngineParameter", "A parameter as the engine makes it on one rank.");
    bind_value<EngineRank>(module, "EngineRank", "What the engine makes of the weights of one rank.");
    bind_value<EnginePlan>(module, "EnginePlan", "What an installed engine says of itself about one layout.")
        .def("__str__", [](const EnginePlan& self) { return show(self); });

    module.def("plan", &plan, py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"),
               "Plans tensor by pipeline parallelism for the hosts of the spec, from facts alone.");
    module.def("default_partition", &default_partition, py::arg("layers"), py::arg("pipeline_parallel"),
               "Layers of each pipeline stage by the engine's own rule.");
    module.def("show", py::overload_cast<const Plan&, bool>(&show), py::arg("plan"), py::arg("explain") = false);
    module.def("show_html", py::overload_cast<const Layout&>(&show_html), py::arg("layout"));
    module.def("shard", &shard, py::arg("layout"), py::arg("checkpoint"), py::arg("engine") = std::nullopt,
               "The bytes that each rank and each host needs, exactly, from the headers alone.");
    module.def("parse_engine_plan", &parse_engine_plan, py::arg("answer"), py::arg("layout"), py::arg("checkpoint"),
               py::arg("source") = "engine", "Reads what the program that asks the engine has printed.");
    module.def("compare", py::overload_cast<const ShardPlan&, const EnginePlan&>(&compare), py::arg("ours"),
               py::arg("engine"), "One line for each tensor of a rank whose bytes are not the same in both.");
    module.def("unweighed_layout", &unweighed_layout, py::arg("spec"), py::arg("tensor_parallel"),
               py::arg("pipeline_parallel"), "Ranks on the spec's hosts in their order, and nothing else.");
    module.def("weighed", &weighed, py::arg("layout"), py::arg("engine"),
               "The layout with layers and bytes of each rank as the engine says.");
    module.def("show", py::overload_cast<const EnginePlan&>(&show), py::arg("engine"));
}

}  // namespace r1cluster::python
