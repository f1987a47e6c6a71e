// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include "bindings.hpp"

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

    module.def("plan", &plan, py::arg("spec"), py::arg("cluster"), py::arg("checkpoint"),
               "Plans tensor by pipeline parallelism for the hosts of the spec, from facts alone.");
    module.def("default_partition", &default_partition, py::arg("layers"), py::arg("pipeline_parallel"),
               py::arg("engine") = std::nullopt, "Layers of each pipeline stage by the engine's own rule.");
    module.def("show", py::overload_cast<const Plan&, bool>(&show), py::arg("plan"), py::arg("explain") = false);
    module.def("show_html", py::overload_cast<const Layout&>(&show_html), py::arg("layout"));
    module.def("shard", &shard, py::arg("layout"), py::arg("checkpoint"), py::arg("loading") = Loading{},
               "The bytes that each rank and each host needs, exactly, from the headers alone.");
}

}  // namespace r1cluster::python
