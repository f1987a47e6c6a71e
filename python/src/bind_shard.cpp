// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "bindings.hpp"
#include "engine/describe.hpp"
#include "layout/describe.hpp"
#include "model/describe.hpp"
#include "shard/describe.hpp"
#include "spec/describe.hpp"
#include "with_knowledge.hpp"

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

void bind_shard(py::module_& core) {
    py::module_ module = def_room(core, "shard");
    bind_slice_table(module);
    bind_values<SlicePattern, PlannedTensor, StageShards, RankShards, FileShare, HostShards>(module);
    bind_value<ShardPlan>(module)
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
    bind_values<EngineParameter, EngineRank>(module);
    bind_value<EnginePlan>(module).def("__str__", [](const EnginePlan& self) { return show(self); });

    module.def("plan_shards", with_knowledge(&plan_shards), py::arg("layout"), py::arg("checkpoint"), py::kw_only(),
               py::arg("knowledge") = py::none(),
               "The bytes that each rank and each host needs, exactly, from the headers alone.");
    module.def("parse_engine_plan", &parse_engine_plan, py::arg("answer"), py::arg("layout"), py::arg("checkpoint"),
               py::arg("source") = "engine", "Reads what the program that asks the engine has printed.");
    core.def("compare", py::overload_cast<const ShardPlan&, const EnginePlan&, const Checkpoint&>(&compare),
             py::arg("ours"), py::arg("engine"), py::arg("checkpoint"));
    module.def("place_ranks", &place_ranks, py::arg("spec"), py::arg("tensor_parallel"), py::arg("pipeline_parallel"),
               "Ranks on the spec's hosts in their order, and nothing else.");
    module.def("apply_engine_plan", &apply_engine_plan, py::arg("layout"), py::arg("engine"),
               "The layout with layers and bytes of each rank as the engine says.");
    core.def("show", py::overload_cast<const EnginePlan&>(&show), py::arg("engine"));
}

}  // namespace r1cluster::python
