// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "embedded_knowledge.hpp"
#include "model/describe.hpp"

/// A list of Tensor. A TensorList makes its elements when asked, so that nothing may refer to them.
template <>
struct pybind11::detail::type_caster<r1cluster::TensorList> : list_caster<r1cluster::TensorList, r1cluster::Tensor> {
    static handle cast(const r1cluster::TensorList& tensors, return_value_policy, handle parent) {
        list result;
        for (r1cluster::Tensor tensor : tensors) {
            result.append(pybind11::cast(std::move(tensor), return_value_policy::move, parent));
        }
        return result.release();
    }
};

namespace r1cluster::python {
namespace {

void bind_values(py::module_& module) {
    bind_value<Tensor>(module, "Tensor", "One tensor of a safetensors file.");
    bind_value<LatentAttention>(module, "LatentAttention", "Multi-head latent attention (DeepSeek-V2 and later).");
    bind_value<Experts>(module, "Experts", "The experts of a mixture-of-experts model.");
    bind_value<Quantization>(module, "Quantization", "How the weights are quantised.");
    bind_value<ModelConfig>(module, "ModelConfig", "The shape of a model: config.json, read strictly.");
    bind_value<ShardFile>(module, "ShardFile", "One safetensors file of a checkpoint.");
    bind_value<Checkpoint>(module, "Checkpoint", "A model on disk, without its weights.")
        .def("tensor_bytes", &Checkpoint::tensor_bytes)
        .def("tensor_count", &Checkpoint::tensor_count)
        .def("__str__", [](const Checkpoint& self) { return show(self); });
    bind_value<TensorSum>(module, "TensorSum", "Tensors that have something in common, added up.");
    bind_value<LayerSum>(module, "LayerSum", "Layers next to each other that are alike.");
    bind_value<CheckpointSummary>(module, "CheckpointSummary", "What a checkpoint is, without its tensors.");
    bind_enum<SliceRule>(module, "SliceRule", "How one tensor is divided over a tensor-parallel group.");
    bind_enum<ExpertPlacement>(module, "ExpertPlacement", "Which experts a rank has under expert parallelism.");
    bind_enum<Cast>(module, "Cast", "What an engine makes of a tensor's elements while it loads them.");
    bind_value<Loading>(module, "Loading",
                        "What of the engine, besides the layout, decides which bytes its ranks read.");
    bind_value<GroupRank>(module, "GroupRank", "Where a rank stands in the groups that divide tensors.");
    bind_value<TensorPlace>(module, "TensorPlace", "Where a tensor belongs in a pipeline.");
    bind_value<Slice>(module, "Slice", "One contiguous or regularly strided piece of a file.")
        .def("bytes", &Slice::bytes);
}

}  // namespace

void bind_model(py::module_& module) {
    bind_values(module);
    module.def("parse_config", &parse_config, py::arg("text"), py::arg("source") = "config.json",
               "Reads the text of a config.json, strictly.");
    module.def("parse_checkpoint", &parse_checkpoint, py::arg("text"),
               "The checkpoint of these texts; InvalidInput names a missing shard or tensor.");
    module.def("show", py::overload_cast<const Checkpoint&>(&show), py::arg("checkpoint"));
    module.def("checkpoint_summary", &checkpoint_summary, py::arg("checkpoint"),
               "Parameters and bytes of a checkpoint by dtype, kind and layer.");
    module.def("dtype_bits", &dtype_bits, py::arg("dtype"), "Bits of one element; 0 for an unknown dtype.");
    module.def("header_length_refusal", &header_length_refusal, py::arg("declared_header_bytes"),
               py::arg("file_size_bytes"), "Why a file of this size may not declare such a header; empty: it may.");
    module.def("parse_safetensors", &parse_safetensors, py::arg("header"), py::arg("file_size_bytes"),
               py::arg("source"), "The tensors of one file, from its JSON header.");
    module.def("family_of", &family_of, py::arg("config"), "The family of models whose slicing is known.");
    module.def("loaded_config", with_embedded_knowledge(&loaded_config), py::arg("checkpoint"),
               py::arg("engine") = std::nullopt,
               "The shape that this version of the engine, or the newest known, builds for a checkpoint.");
    module.def("place_tensor", with_embedded_knowledge(&place_tensor), py::arg("config"), py::arg("tensor_name"),
               py::arg("loading") = Loading{},
               "Place and rule of one tensor; None where the family has no such tensor.");
    module.def("slice_tensor", with_embedded_knowledge(&slice_tensor), py::arg("config"), py::arg("tensor"),
               py::arg("place"), py::arg("rank"), py::arg("loading") = Loading{},
               "The bytes of a tensor that one rank needs.");
    module.def("cast_of", with_embedded_knowledge(&cast_of), py::arg("config"), py::arg("tensor"), py::arg("place"),
               py::arg("loading") = Loading{}, "What the engine makes of a tensor's elements.");
    module.def("tensor_of", &tensor_of, py::arg("checkpoint"), py::arg("slice"), "The tensor that a slice is of.");
    module.def(
        "tensor_parallel_refusal",
        [](const ModelConfig& config, int tensor_parallel, int data_parallel, bool is_expert_parallel) {
            return tensor_parallel_refusal(config, tensor_parallel, data_parallel, is_expert_parallel).text;
        },
        py::arg("config"), py::arg("tensor_parallel"), py::arg("data_parallel") = 1,
        py::arg("is_expert_parallel") = false, "Why this size cannot be, in the engine's terms; empty: it can.");
    module.def("pipeline_refusal", with_embedded_knowledge(&pipeline_refusal), py::arg("config"),
               py::arg("layers_per_stage"), py::arg("engine") = std::nullopt,
               "Why this version does not start with these layers; empty: it does.");
    module.def("kv_bytes_per_token", &kv_bytes_per_token, py::arg("config"), py::arg("layers"),
               py::arg("tensor_parallel"), "Key/value cache that one token takes on one rank.");
}

}  // namespace r1cluster::python
