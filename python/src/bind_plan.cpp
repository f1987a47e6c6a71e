// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include "bindings.hpp"
#include "embedded_knowledge.hpp"
#include "engine/describe.hpp"
#include "layout/describe.hpp"
#include "memory/describe.hpp"
#include "shard/describe.hpp"
#include "speed/describe.hpp"

#include "plan/describe.hpp"

namespace r1cluster::python {
namespace {

/// Slices in one block, as others see them through the buffer protocol.
struct SliceTable {
    std::vector<Slice> slices;
};

SliceTable slice_table(const ShardPlan& plan, std::size_t index) {
    const SliceRange range = plan.slices(index);
    SliceTable table;
    table.slices.reserve(range.size());
    for (const Slice& slice : range) table.slices.push_back(slice);
    return table;
}

/// The members of Slice in the words of Python's struct module (PEP 3118).
constexpr const char* slice_format =
    "T{I:file:I:tensor:Q:offset_bytes:Q:rows:Q:run_bytes:Q:stride_bytes:I:padding_rows:H:replicas:B:cast:x}";
static_assert(sizeof(Slice) == 48 && offsetof(Slice, stride_bytes) == 32 && offsetof(Slice, cast) == 46);

void bind_slice_table(py::module_& module) {
    py::class_<SliceTable>(module, "SliceTable", py::buffer_protocol(),
                           "The slices of one rank, in one block of memory.")
        .def("__len__", [](const SliceTable& self) { return self.slices.size(); })
        .def_buffer([](SliceTable& self) {
            return py::buffer_info(self.slices.data(), sizeof(Slice), slice_format, 1,
                                   {static_cast<py::ssize_t>(self.slices.size())}, {sizeof(Slice)}, true);
        });
}

}  // namespace

void bind_plan(py::module_& module) {
    bind_enum<knowledge::Runner>(module, "EngineRunner", "The part of an engine that runs the model.");
    bind_value<Engine>(module, "Engine", "The engine that a deployment runs, with its options.")
        .def("loading", &Engine::loading, "What decides which bytes of a checkpoint its ranks read.");
    bind_value<Workload>(module, "Workload", "A steady load: so many requests at a time, each of so many tokens.");
    bind_value<RankPlacement>(module, "RankPlacement", "One rank: where it runs and what it holds.");
    bind_value<Layout>(module, "Layout", "A way to spread the model over the machines.")
        .def("world_size", &Layout::world_size)
        .def("_repr_html_", [](const Layout& self) { return show_html(self); });
    bind_value<RejectedLayout>(module, "RejectedLayout", "A layout that cannot be, because ...");
    bind_value<Plan>(module, "Plan", "The layouts that these machines and this model allow, best first.")
        .def("__str__", [](const Plan& self) { return show(self); })
        .def("_repr_html_", [](const Plan& self) { return show_html(self); });
    bind_value<PlanOptions>(module, "PlanOptions", "How many layouts a plan lists.");
    bind_value<SlicePattern>(module, "SlicePattern", "How tensors of one kind, shape and dtype are divided.");
    bind_value<PlannedTensor>(module, "PlannedTensor", "A tensor that the ranks of a stage read.");
    bind_value<StageShards>(module, "StageShards", "What the ranks of one pipeline stage read.");
    bind_value<RankShards>(module, "RankShards", "How much of the checkpoint one rank needs.");
    bind_value<FileShare>(module, "FileShare", "Bytes of one file that a host needs.");
    bind_value<HostShards>(module, "HostShards", "What a host needs of each file.");
    bind_slice_table(module);
    bind_value<ShardPlan>(module, "ShardPlan", "Which bytes of the checkpoint go where.")
        .def(
            "slices",
            [](const ShardPlan& self, std::size_t index) {
                const SliceRange range = self.slices(index);
                return py::make_iterator<py::return_value_policy::move>(range.begin(), range.end());
            },
            py::arg("index"), py::keep_alive<0, 1>(), "The slices of ranks[index], made as they are walked.")
        .def("slice_table", &slice_table, py::arg("index"),
             "The slices of ranks[index] as one block of memory, for numpy and others that know the buffer protocol.")
        .def(
            "to_numpy",
            [](const ShardPlan& self, std::size_t index) {
                return py::module_::import("numpy").attr("asarray")(slice_table(self, index));
            },
            py::arg("index"), "The slices of ranks[index] as a structured array, without a copy; needs numpy.");

    bind_value<MemoryTerm>(module, "MemoryTerm", "One thing that takes memory of a rank.");
    bind_value<RankMemory>(module, "RankMemory", "What a rank will hold.");
    bind_value<HostLoad>(module, "HostLoad", "What loading takes of a host.");
    bind_value<RankCalibration>(module, "RankCalibration", "What an engine said of one rank, or a rehearsal measured.");
    bind_value<Calibration>(module, "Calibration", "Measured values that take the place of estimates.");
    bind_value<MemoryForecast>(module, "MemoryForecast", "All of a layout's memory, term by term.")
        .def("__str__", [](const MemoryForecast& self) { return show(self); });
    bind_value<SpeedTerm>(module, "SpeedTerm", "One part of the time of a step.");
    bind_value<SpeedPoint>(module, "SpeedPoint", "How fast a layout serves one kind of load.");
    bind_value<LinkTraffic>(module, "LinkTraffic", "What crosses one kind of link for each token.");
    bind_value<SpeedForecast>(module, "SpeedForecast", "How fast a layout serves the loads that were asked for.")
        .def("__str__", [](const SpeedForecast& self) { return show(self); });
    bind_value<SlownessCause>(module, "SlownessCause", "A reason why a deployment is slower than it should be.");
    bind_value<EngineParameter>(module, "EngineParameter", "A parameter as the engine makes it on one rank.");
    bind_value<EngineRank>(module, "EngineRank", "What the engine makes of the weights of one rank.");
    bind_value<EnginePlan>(module, "EnginePlan", "What an installed engine says of itself about one layout.")
        .def("__str__", [](const EnginePlan& self) { return show(self); });

    module.def(
        "plan_layouts",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, std::int64_t limit) {
            return plan_layouts(spec, cluster, checkpoint, {.limit = limit});
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::kw_only(),
        py::arg("limit") = PlanOptions{}.limit,
        "Searches every way to divide the model over the hosts of the spec, for its goal, from facts alone.");
    module.def("default_partition", &default_partition, py::arg("layers"), py::arg("pipeline_parallel"),
               py::arg("engine") = Engine{}, "Layers of each pipeline stage by the engine's own rule.");
    module.def("show", py::overload_cast<const Plan&, bool>(&show), py::arg("plan"), py::arg("explain") = false);
    module.def("show_html", py::overload_cast<const Layout&>(&show_html), py::arg("layout"));
    module.def("show_html", py::overload_cast<const Plan&>(&show_html), py::arg("plan"));
    module.def("choose_engine", with_embedded_knowledge(&choose_engine), py::arg("spec"), py::arg("cluster"),
               py::arg("config"), "The engine of the spec with all of its options: what Layout.engine holds.");
    module.def("plan_shards", with_embedded_knowledge(&plan_shards), py::arg("layout"), py::arg("checkpoint"),
               "The bytes that each rank and each host needs, exactly, from the headers alone.");
    module.def(
        "forecast_memory",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const Calibration& calibration) { return forecast_memory(spec, cluster, checkpoint, layout, calibration); },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"),
        py::arg("calibration") = Calibration{},
        "Memory of each rank, room for tokens and what loading takes of hosts; `calibration` replaces estimates.");
    module.def("parse_calibration", &parse_calibration, py::arg("log"), py::arg("source"),
               "What vLLM (0.6.4 and later) or SGLang says of its memory in a log.");
    module.def("show", py::overload_cast<const MemoryForecast&, bool>(&show), py::arg("forecast"),
               py::arg("explain") = false);
    module.def(
        "forecast_speed",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const std::vector<Workload>& workloads) {
            return forecast_speed(spec, cluster, checkpoint, layout, workloads);
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"), py::arg("workloads"),
        "How fast a layout will serve each of these loads, as intervals with the reason for each part.");
    module.def("show", py::overload_cast<const SpeedForecast&, bool>(&show), py::arg("forecast"),
               py::arg("explain") = false);
    module.def(
        "explain_slowness",
        [](const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint, const Layout& layout,
           const Workload& workload, double observed_tokens_per_s) {
            return explain_slowness(spec, cluster, checkpoint, layout, workload, observed_tokens_per_s);
        },
        py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"), py::arg("layout"), py::arg("workload"),
        py::arg("observed_tokens_per_s"),
        "What may explain the tokens per second that one request gets, best fit first.");
    module.def("parse_engine_plan", &parse_engine_plan, py::arg("answer"), py::arg("layout"), py::arg("checkpoint"),
               py::arg("source") = "engine", "Reads what the program that asks the engine has printed.");
    module.def("compare", py::overload_cast<const ShardPlan&, const EnginePlan&, const Checkpoint&>(&compare),
               py::arg("ours"), py::arg("engine"), py::arg("checkpoint"),
               "One line for each tensor of a rank whose bytes are not the same in both.");
    module.def("place_ranks", &place_ranks, py::arg("spec"), py::arg("tensor_parallel"), py::arg("pipeline_parallel"),
               "Ranks on the spec's hosts in their order, and nothing else.");
    module.def("apply_engine_plan", &apply_engine_plan, py::arg("layout"), py::arg("engine"),
               "The layout with layers and bytes of each rank as the engine says.");
    module.def("show", py::overload_cast<const EnginePlan&>(&show), py::arg("engine"));
}

}  // namespace r1cluster::python
