// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "model/describe.hpp"
#include "with_knowledge.hpp"

namespace pybind11::detail {

/// A list of Tensor. A TensorList makes its elements when asked.
template <>
class type_caster<r1cluster::TensorList> : public list_caster<r1cluster::TensorList, r1cluster::Tensor> {};

}  // namespace pybind11::detail

namespace r1cluster::python {

void bind_model(py::module_& core) {
    py::module_ module = def_room(core, "model");
    bind_enum<SliceRule>(module);
    bind_enum<ExpertPlacement>(module);
    bind_enum<Cast>(module);
    bind_values<Tensor, LatentAttention, Experts, Quantization, ModelConfig, ShardFile, TensorSum, LayerSum,
                CheckpointSummary, Loading, GroupRank, TensorPlace>(module);
    bind_value<Checkpoint>(module)
        .def("tensor_bytes", &Checkpoint::tensor_bytes, "Bytes of all tensors, without headers.")
        .def("tensor_count", &Checkpoint::tensor_count, "Number of tensors.")
        .def("__str__", [](const Checkpoint& self) { return show(self); });
    bind_value<Slice>(module).def("bytes", &Slice::bytes, "Bytes of the file that are read.");

    module.def("parse_config", &parse_config, py::arg("text"), py::arg("source") = "config.json",
               "Reads the text of a config.json, strictly.");
    module.def("parse_checkpoint", &parse_checkpoint, py::arg("text"),
               "The checkpoint of these texts; InvalidInput names a missing shard or tensor.");
    core.def("show", py::overload_cast<const Checkpoint&>(&show), py::arg("checkpoint"));
    module.def("checkpoint_summary", &checkpoint_summary, py::arg("checkpoint"),
               "Parameters and bytes of a checkpoint by dtype, kind and layer.");
    module.def("dtype_bits", &dtype_bits, py::arg("dtype"), "Bits of one element; 0 for an unknown dtype.");
    module.def("header_length_refusal", &header_length_refusal, py::arg("declared_header_bytes"),
               py::arg("file_size_bytes"), "Why a file of this size may not declare such a header; empty: it may.");
    module.def("parse_safetensors", &parse_safetensors, py::arg("header"), py::arg("file_size_bytes"),
               py::arg("source"), "The tensors of one file, from its JSON header.");
    module.def("family_of", &family_of, py::arg("config"), "The family of models whose slicing is known.");
    module.def("loaded_config", with_knowledge(&loaded_config), py::arg("checkpoint"), py::arg("engine") = std::nullopt,
               py::kw_only(), py::arg("knowledge") = py::none(),
               "The shape that this version of the engine, or the newest known, builds for a checkpoint.");
    module.def("place_tensor", with_knowledge(&place_tensor), py::arg("config"), py::arg("tensor_name"),
               py::arg("loading") = Loading{}, py::kw_only(), py::arg("knowledge") = py::none(),
               "Place and rule of one tensor; None where the family has no such tensor.");
    module.def("slice_tensor", with_knowledge(&slice_tensor), py::arg("config"), py::arg("tensor"), py::arg("place"),
               py::arg("rank"), py::arg("loading") = Loading{}, py::kw_only(), py::arg("knowledge") = py::none(),
               "The bytes of a tensor that one rank needs.");
    module.def("cast_of", with_knowledge(&cast_of), py::arg("config"), py::arg("tensor"), py::arg("place"),
               py::arg("loading") = Loading{}, py::kw_only(), py::arg("knowledge") = py::none(),
               "What the engine makes of a tensor's elements.");
    module.def("tensor_of", &tensor_of, py::arg("checkpoint"), py::arg("slice"), "The tensor that a slice is of.");
    module.def(
        "tensor_parallel_refusal",
        [](const ModelConfig& config, int tensor_parallel, int data_parallel, bool is_expert_parallel) {
            return tensor_parallel_refusal(config, tensor_parallel, data_parallel, is_expert_parallel).text;
        },
        py::arg("config"), py::arg("tensor_parallel"), py::arg("data_parallel") = 1,
        py::arg("is_expert_parallel") = false, "Why this size cannot be, in the engine's terms; empty: it can.");
    module.def("pipeline_refusal", with_knowledge(&pipeline_refusal), py::arg("config"), py::arg("layers_per_stage"),
               py::arg("engine") = std::nullopt, py::kw_only(), py::arg("knowledge") = py::none(),
               "Why this version does not start with these layers; empty: it does.");
    module.def("kv_bytes_per_token", &kv_bytes_per_token, py::arg("config"), py::arg("layers"),
               py::arg("tensor_parallel"), "Key/value cache that one token takes on one rank.");
}

}  // namespace r1cluster::python
