// SPDX-License-Identifier: Apache-2.0
#include "model/quantization.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

using enum TensorRole;

// Endings as the engine that a spec gets by default knows them, by the file of its folder layers/quantization.
constexpr TensorForm kv_scale_forms[] = {
    // kv_cache.py, and the names that it is remapped from
    {".k_scale", scale, Axes::none},
    {".v_scale", scale, Axes::none},
    {".q_scale", scale, Axes::none},
    {".kv_scale", scale, Axes::none},
};
constexpr TensorForm fp8_block_forms[] = {
    // fp8.py
    {.ending = ".weight_scale_inv", .role = scale, .is_float32 = true},
};
constexpr TensorForm per_tensor_forms[] = {
    // fp8.py, modelopt.py, compressed_tensors_w8a8_fp8.py
    {.ending = ".weight_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
    {.ending = ".input_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
};
constexpr TensorForm per_channel_forms[] = {
    // compressed_tensors_w8a8_fp8.py, _w8a8_int8.py, fbgemm_fp8.py
    {.ending = ".weight_scale", .role = scale, .axes = Axes::output, .is_float32 = true},
    {.ending = ".input_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
    {.ending = ".input_scale_ub", .role = scale, .axes = Axes::none, .is_float32 = true},
    {.ending = ".input_zero_point", .role = zero_point, .axes = Axes::none},
};
constexpr TensorForm compressed_block_forms[] = {
    // compressed_tensors_w8a8_fp8.py
    {.ending = ".weight_scale", .role = scale, .is_float32 = true},
    {.ending = ".input_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
};
// Releases that have a parameter for orders of activations have it also where there is none.
constexpr OfReleases reads_order{.with = EngineFeature::reads_activation_order};
constexpr TensorForm packed_group_forms[] = {
    // compressed_tensors_wNa16.py
    {.ending = ".weight_packed", .packed = Packed::inputs},
    {.ending = ".weight_scale", .role = scale},
    {.ending = ".weight_zero_point", .role = zero_point, .packed = Packed::outputs},
    {.ending = ".weight_g_idx", .role = order, .axes = Axes::input, .read_by = reads_order},
    {.ending = ".weight_shape", .role = shape, .axes = Axes::none},
};
constexpr TensorForm packed_channel_forms[] = {
    {.ending = ".weight_packed", .packed = Packed::inputs},
    {.ending = ".weight_scale", .role = scale, .axes = Axes::output},
    {.ending = ".weight_zero_point", .role = zero_point, .axes = Axes::output, .packed = Packed::outputs},
    {.ending = ".weight_shape", .role = shape, .axes = Axes::none},
};
constexpr TensorForm nvfp4_packed_forms[] = {
    // compressed_tensors_w4a4_nvfp4.py
    {.ending = ".weight_packed", .packed = Packed::inputs},
    {.ending = ".weight_scale", .role = scale},
    {.ending = ".weight_global_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
    {.ending = ".input_global_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
};
constexpr TensorForm modelopt_nvfp4_forms[] = {
    // modelopt.py
    {.ending = ".weight", .packed = Packed::inputs},
    {.ending = ".weight_scale", .role = scale},
    {.ending = ".weight_scale_2", .role = scale, .axes = Axes::none, .is_float32 = true},
    {.ending = ".input_scale", .role = scale, .axes = Axes::none, .is_float32 = true},
};
constexpr TensorForm awq_forms[] = {
    // awq.py and awq_marlin.py of 0.9.2, auto_awq.py of 0.32.0
    {.ending = ".qweight", .axes = Axes::transposed, .packed = Packed::outputs},
    {.ending = ".scales", .role = scale, .axes = Axes::transposed},
    {.ending = ".qzeros", .role = zero_point, .axes = Axes::transposed, .packed = Packed::outputs},
};
constexpr TensorForm gptq_forms[] = {
    // gptq_marlin.py of 0.9.2, auto_gptq.py of 0.32.0
    {.ending = ".qweight", .axes = Axes::transposed, .packed = Packed::inputs},
    {.ending = ".scales", .role = scale, .axes = Axes::transposed},
    {.ending = ".qzeros", .role = zero_point, .axes = Axes::transposed, .packed = Packed::outputs},
    {.ending = ".g_idx", .role = order, .axes = Axes::input, .read_by = reads_order},
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

constexpr std::string_view not_compared = "slices of this kind were not compared with the engine's";
constexpr std::string_view stacked = "all experts of a layer lie in one tensor, for which there are no rules";

constexpr QuantizationFormat formats[] = {
    {"fp8_block", "FP8 in blocks", fp8_block_forms},
    {"fp8_tensor", "FP8 with one scale for each matrix", per_tensor_forms},
    {"fp8_channel", "FP8 with one scale for each output", per_channel_forms, not_compared},
    {"compressed_fp8_block", "compressed-tensors, FP8 in blocks", compressed_block_forms},
    {"compressed_fp8_channel", "compressed-tensors, FP8 with one scale for each output", per_channel_forms},
    {"compressed_fp8_tensor", "compressed-tensors, FP8 with one scale for each matrix", per_tensor_forms},
    {"compressed_int8", "compressed-tensors, INT8 with one scale for each output", per_channel_forms},
    {"compressed_packed_group", "compressed-tensors, packed along rows", packed_group_forms},
    {"compressed_packed_channel", "compressed-tensors, packed along rows", packed_channel_forms},
    {"compressed_nvfp4", "compressed-tensors, NVFP4", nvfp4_packed_forms},
    {"awq", "AWQ, packed along outputs", awq_forms},
    {"gptq", "GPTQ, packed along inputs", gptq_forms},
    {"modelopt_fp8", "ModelOpt, FP8 with one scale for each matrix", per_tensor_forms},
    {"modelopt_nvfp4", "ModelOpt, NVFP4", modelopt_nvfp4_forms, not_compared},
    {"mxfp4", "MXFP4", mxfp4_forms, stacked},
    {"bitsandbytes", "bitsandbytes", bitsandbytes_forms,
     "the engine unpacks and slices it itself, after it has read all"},
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

/// As a tensor whose axes are as the weight's.
SliceRule transposed(SliceRule of_weight) {
    switch (of_weight) {
        case SliceRule::rows: return SliceRule::columns;
        case SliceRule::columns: return SliceRule::rows;
        case SliceRule::kv_rows: return SliceRule::kv_columns;
        case SliceRule::kv_columns: return SliceRule::kv_rows;
        case SliceRule::replicate:
        case SliceRule::vocabulary: break;
    }
    return of_weight;
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

SliceRule stored_rule(const TensorForm& form, SliceRule of_weight, bool keeps_groups) {
    const bool cuts_inputs = of_weight == SliceRule::columns;
    switch (form.axes) {
        case Axes::none: return SliceRule::replicate;
        case Axes::output: return cuts_inputs ? SliceRule::replicate : of_weight;
        case Axes::input: return cuts_inputs ? SliceRule::rows : SliceRule::replicate;
        case Axes::as_weight:
        case Axes::transposed: break;
    }
    const bool is_by_group = form.role == scale || form.role == zero_point;
    if (cuts_inputs && is_by_group && keeps_groups) return SliceRule::replicate;
    return form.axes == Axes::transposed ? transposed(of_weight) : of_weight;
}

bool keeps_groups(const std::optional<Quantization>& quantization, bool is_expert, const Loader& loader) {
    if (!quantization || !quantization->block.empty()) return false;
    return quantization->group_size == 0 || quantization->has_activation_order ||
           (is_expert && quantization->has_weight_order && loader.has(EngineFeature::experts_in_order_keep_scales));
}

std::string_view scale_ending(const QuantizationFormat& format, const TensorKind& tensor) {
    const TensorForm* const form = ending_of(format.forms, tensor.name);
    const bool is_plain = !form && tensor.name.ends_with(".weight");
    const bool is_quantised = is_plain ? tensor.dtype.starts_with("F8_E") || tensor.dtype == "I8"
                                       : form && form->role == weight && is_integer(tensor.dtype);
    if (!is_quantised) return "";
    const auto scales = std::ranges::find(format.forms, scale, &TensorForm::role);
    return scales == format.forms.end() ? "" : scales->ending;
}

std::int64_t weights_in_word(const std::optional<Quantization>& quantization, Packed axis) {
    constexpr std::int64_t word_bits = 32;
    const QuantizationFormat* const format = find_format(quantization);
    if (!format || quantization->bits < 1 || word_bits % quantization->bits != 0) return 1;
    const bool is_packed = std::ranges::any_of(format->forms, [&](const TensorForm& form) {
        // GPTQ writes zero points that are all alike too; compressed-tensors does not.
        const bool is_there = form.role != zero_point || quantization->has_zero_points || format->name == "gptq";
        return form.packed == axis && is_there;
    });
    return is_packed ? word_bits / quantization->bits : 1;
}

std::string formats_with_rules() {
    std::string names;
    for (const QuantizationFormat& format : formats) {
        if (format.refusal.empty()) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", format.name);
    }
    return names;
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
