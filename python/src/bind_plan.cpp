// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "plan/describe.hpp"

namespace r1cluster::python {

void bind_plan(py::module_& module) {
    bind_value<Workload>(module, "Workload", "A steady load: so many requests at a time, each of so many tokens.");
    bind_value<RankPlacement>(module, "RankPlacement", "One rank: where it runs and what it holds.");
    bind_value<Layout>(module, "Layout", "A way to spread the model over the machines.")
        .def("world_size", &Layout::world_size)
        .def("_repr_html_", [](const Layout& self) { return show_html(self); });
    bind_value<RejectedLayout>(module, "RejectedLayout", "A layout that cannot be, because ...");
    bind_value<Plan>(module, "Plan", "All layouts that these machines and this model allow, best first.")
        .def("__str__", [](const Plan& self) { return show(self); });
    bind_value<SlicePattern>(module, "SlicePattern", "How tensors of one kind, shape and dtype are divided.");
    bind_value<PlannedTensor>(module, "PlannedTensor", "A tensor that the ranks of a stage read.");
    bind_value<StageShards>(module, "StageShards", "What the ranks of one pipeline stage read.");
    bind_value<RankShards>(module, "RankShards", "How much of the checkpoint one rank needs.");
    bind_value<FileShare>(module, "FileShare", "Bytes of one file that a host needs.");
    bind_value<HostShards>(module, "HostShards", "What a host needs of each file.");
    bind_value<ShardPlan>(module, "ShardPlan", "Which bytes of the checkpoint go where.")
        .def(
            "slices",
            [](const ShardPlan& self, std::size_t index) {
                const SliceRange range = self.slices(index);
                return py::make_iterator<py::return_value_policy::move>(range.begin(), range.end());
            },
            py::arg("index"), py::keep_alive<0, 1>(), "The slices of ranks[index], made as they are walked.");

    bind_value<MemoryTerm>(module, "MemoryTerm", "One thing that takes memory of a rank.");
    bind_value<RankMemory>(module, "RankMemory", "What a rank will hold.");
    bind_value<HostLoad>(module, "HostLoad", "What loading takes of a host.");
    bind_value<RankCalibration>(module, "RankCalibration", "What an engine said of one rank, or a rehearsal measured.");
    bind_value<Calibration>(module, "Calibration", "Measured values that take the place of estimates.");
    bind_value<MemoryForecast>(module, "MemoryForecast", "All of a layout's memory, term by term.");
    bind_value<SpeedTerm>(module, "SpeedTerm", "One part of the time of a step.");
    bind_value<SpeedPoint>(module, "SpeedPoint", "How fast a layout serves one kind of load.");
    bind_value<LinkTraffic>(module, "LinkTraffic", "What crosses one kind of link for each token.");
    bind_value<SpeedForecast>(module, "SpeedForecast", "How fast a layout serves the loads that were asked for.");
    bind_value<SlownessCause>(module, "SlownessCause", "A reason why a deployment is slower than it should be.");
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
    module.def("shard", &shard, py::arg("layout"), py::arg("checkpoint"), py::arg("loading") = Loading{},
               "The bytes that each rank and each host needs, exactly, from the headers alone.");
    module.def("parse_engine_plan", &parse_engine_plan, py::arg("answer"), py::arg("layout"), py::arg("checkpoint"),
               py::arg("source") = "engine", "Reads what the program that asks the engine has printed.");
    module.def("compare", py::overload_cast<const ShardPlan&, const EnginePlan&, const Checkpoint&>(&compare),
               py::arg("ours"), py::arg("engine"), py::arg("checkpoint"),
               "One line for each tensor of a rank whose bytes are not the same in both.");
    module.def("unweighed_layout", &unweighed_layout, py::arg("spec"), py::arg("tensor_parallel"),
               py::arg("pipeline_parallel"), "Ranks on the spec's hosts in their order, and nothing else.");
    module.def("weighed", &weighed, py::arg("layout"), py::arg("engine"),
               "The layout with layers and bytes of each rank as the engine says.");
    module.def("show", py::overload_cast<const EnginePlan&>(&show), py::arg("engine"));
}

}  // namespace r1cluster::python
