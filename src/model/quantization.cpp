// SPDX-License-Identifier: Apache-2.0
#include "model/quantization.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

using enum TensorRole;

// Endings of vllm/model_executor/layers/quantization, by its file.
constexpr TensorForm kv_scale_forms[] = {
    // kv_cache.py, and the names that it is remapped from
    {".k_scale", scale, Axes::none},
    {".v_scale", scale, Axes::none},
    {".q_scale", scale, Axes::none},
    {".kv_scale", scale, Axes::none},
};
constexpr TensorForm fp8_block_forms[] = {
    // fp8.py
    {".weight_scale_inv", scale, Axes::as_weight},
};
constexpr TensorForm per_tensor_forms[] = {
    // fp8.py, modelopt.py, compressed_tensors_w8a8_fp8.py
    {".weight_scale", scale, Axes::none},
    {".input_scale", scale, Axes::none},
};
constexpr TensorForm per_channel_forms[] = {
    // compressed_tensors_w8a8_fp8.py, _w8a8_int8.py, fbgemm_fp8.py
    {".weight_scale", scale, Axes::output},
    {".input_scale", scale, Axes::none},
    {".input_scale_ub", scale, Axes::none},
    {".input_zero_point", zero_point, Axes::none},
};
constexpr TensorForm compressed_block_forms[] = {
    // compressed_tensors_w8a8_fp8.py
    {".weight_scale", scale, Axes::as_weight},
    {".input_scale", scale, Axes::none},
};
constexpr TensorForm packed_group_forms[] = {
    // compressed_tensors_wNa16.py
    {".weight_packed", weight, Axes::as_weight},
    {".weight_scale", scale, Axes::as_weight},
    {".weight_zero_point", zero_point, Axes::as_weight},
    {".weight_g_idx", order, Axes::input},
    {".weight_shape", shape, Axes::none},
};
constexpr TensorForm packed_channel_forms[] = {
    {".weight_packed", weight, Axes::as_weight},
    {".weight_scale", scale, Axes::output},
    {".weight_zero_point", zero_point, Axes::output},
    {".weight_shape", shape, Axes::none},
};
constexpr TensorForm nvfp4_packed_forms[] = {
    // compressed_tensors_w4a4_nvfp4.py
    {".weight_packed", weight, Axes::as_weight},
    {".weight_scale", scale, Axes::as_weight},
    {".weight_global_scale", scale, Axes::none},
    {".input_global_scale", scale, Axes::none},
};
constexpr TensorForm modelopt_nvfp4_forms[] = {
    // modelopt.py
    {".weight", weight, Axes::as_weight},
    {".weight_scale", scale, Axes::as_weight},
    {".weight_scale_2", scale, Axes::none},
    {".input_scale", scale, Axes::none},
};
constexpr TensorForm awq_forms[] = {
    // auto_awq.py
    {".qweight", weight, Axes::transposed},
    {".qzeros", zero_point, Axes::transposed},
    {".scales", scale, Axes::transposed},
};
constexpr TensorForm gptq_forms[] = {
    // auto_gptq.py
    {".qweight", weight, Axes::transposed},
    {".qzeros", zero_point, Axes::transposed},
    {".scales", scale, Axes::transposed},
    {".g_idx", order, Axes::input},
};
constexpr TensorForm mxfp4_forms[] = {
    // mxfp4.py; the experts of a layer lie in one tensor
    {"_blocks", weight, Axes::as_weight},
    {"_scales", scale, Axes::as_weight},
};
constexpr TensorForm bitsandbytes_forms[] = {
    // bitsandbytes' own names of its state
    {".weight", weight, Axes::none},
    {".weight.absmax", scale, Axes::none},
    {".weight.nested_absmax", scale, Axes::none},
    {".weight.quant_map", scale, Axes::none},
    {".weight.nested_quant_map", scale, Axes::none},
    {".weight.quant_state.bitsandbytes__nf4", shape, Axes::none},
    {".weight.quant_state.bitsandbytes__fp4", shape, Axes::none},
    {".SCB", scale, Axes::none},
    {".weight_format", shape, Axes::none},
};

constexpr std::string_view not_compared = "its slices were not compared with those of the engine";
constexpr std::string_view stacked = "all experts of a layer lie in one tensor, for which there are no rules";

constexpr QuantizationFormat formats[] = {
    {"fp8_block", "FP8 in blocks", fp8_block_forms},
    {"fp8_tensor", "FP8 with one scale for each matrix", per_tensor_forms, not_compared},
    {"fp8_channel", "FP8 with one scale for each output", per_channel_forms, not_compared},
    {"compressed_fp8_block", "compressed-tensors, FP8 in blocks", compressed_block_forms, not_compared},
    {"compressed_fp8_channel", "compressed-tensors, FP8 with one scale for each output", per_channel_forms,
     not_compared},
    {"compressed_fp8_tensor", "compressed-tensors, FP8 with one scale for each matrix", per_tensor_forms, not_compared},
    {"compressed_int8", "compressed-tensors, INT8 with one scale for each output", per_channel_forms, not_compared},
    {"compressed_packed_group", "compressed-tensors, packed along rows", packed_group_forms, not_compared},
    {"compressed_packed_channel", "compressed-tensors, packed along rows", packed_channel_forms, not_compared},
    {"compressed_nvfp4", "compressed-tensors, NVFP4", nvfp4_packed_forms, not_compared},
    {"awq", "AWQ, packed along outputs", awq_forms, not_compared},
    {"gptq", "GPTQ, packed along inputs", gptq_forms, not_compared},
    {"modelopt_fp8", "ModelOpt, FP8 with one scale for each matrix", per_tensor_forms, not_compared},
    {"modelopt_nvfp4", "ModelOpt, NVFP4", modelopt_nvfp4_forms, not_compared},
    {"mxfp4", "MXFP4", mxfp4_forms, stacked},
    {"bitsandbytes", "bitsandbytes", bitsandbytes_forms, "vLLM unpacks and slices it itself, after it has read all"},
};

const TensorForm* ending_of(std::span<const TensorForm> forms, std::string_view name) {
    const TensorForm* longest = nullptr;  // ".weight_scale" also ends in "_scale"
    for (const TensorForm& form : forms) {
        if (name.ends_with(form.ending) && (!longest || form.ending.size() > longest->ending.size())) longest = &form;
    }
    return longest;
}

std::uint64_t elements_of(const Tensor& tensor) {
    std::uint64_t elements = 1;  // the parser has checked that this fits
    for (const std::uint64_t dimension : tensor.shape) elements *= dimension;
    return elements;
}

bool is_integer(std::string_view dtype) { return dtype.starts_with("I") || dtype.starts_with("U"); }

}  // namespace

const QuantizationFormat* find_format(const std::optional<Quantization>& quantization) {
    if (!quantization) return nullptr;
    const auto* found = std::ranges::find(formats, quantization->format, &QuantizationFormat::name);
    return found == std::end(formats) ? nullptr : found;
}

std::optional<FormedTensor> formed_tensor(const QuantizationFormat* format, std::string_view tensor_name) {
    const TensorForm* form = ending_of(format ? format->forms : fp8_block_forms, tensor_name);
    if (!form) form = ending_of(kv_scale_forms, tensor_name);
    if (!form) return std::nullopt;
    return FormedTensor{form, tensor_name.substr(0, tensor_name.size() - form->ending.size())};
}

std::uint64_t parameters_of(const std::optional<Quantization>& quantization, const Tensor& tensor) {
    const auto formed = formed_tensor(find_format(quantization), tensor.name);
    if (formed && formed->form->role != weight) return 0;
    const bool is_packed = formed && quantization && quantization->bits > 0 && is_integer(tensor.dtype);
    if (!is_packed) return elements_of(tensor);
    return elements_of(tensor) * static_cast<std::uint64_t>(dtype_bits(tensor.dtype)) /
           static_cast<std::uint64_t>(quantization->bits);
}

std::string in_words(const std::optional<Quantization>& quantization) {
    if (!quantization) return "";
    const QuantizationFormat* const format = find_format(quantization);
    std::string text = format
                           ? std::string(format->words)
                           : fmt::format("quantized by \"{}\", in a way that is not known here", quantization->method);
    if (quantization->block.size() == 2)
        text += fmt::format(" of {} x {}", quantization->block[0], quantization->block[1]);
    if (quantization->bits > 0) text += fmt::format(", {} bits", quantization->bits);
    if (quantization->group_size > 0) text += fmt::format(", groups of {}", quantization->group_size);
    if (quantization->has_zero_points) text += ", with zero points";
    if (quantization->has_activation_order) text += ", in order of activations";
    if (!quantization->activations.empty()) text += fmt::format(", {} activations", quantization->activations);
    if (!quantization->kv_cache.empty()) text += fmt::format(", key/value cache in {}", quantization->kv_cache);
    const std::size_t ignored = quantization->ignored.size();
    if (ignored > 0) text += fmt::format("; {} module{} as before", ignored, ignored == 1 ? " is" : "s are");
    return text;
}

}  // namespace r1cluster::detail
