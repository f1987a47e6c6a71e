// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the tools that quantise write beside or instead of a weight, as data: one row per ending of a name.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/config_keys.hpp"
#include "model/loader.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

enum class TensorRole { weight, scale, zero_point, order, shape };

/// How the axes of a stored tensor lie to those of the weight that it stands for, [output, input].
enum class Axes {
    as_weight,   ///< the same, each maybe shorter: packed, or one number for a block
    transposed,  ///< [input, output], each maybe shorter
    output,      ///< one number for each output; [output] or [output, 1]
    input,       ///< one number for each input
    none,        ///< one number for the whole weight, or about it
};

/// Along which axis of [output, input] neighbours share a word of 32 bits.
enum class Packed { no, outputs, inputs };

struct TensorForm {
    std::string_view ending;  ///< takes the place of ".weight"
    TensorRole role = TensorRole::weight;
    Axes axes = Axes::as_weight;
    Packed packed = Packed::no;
    bool is_float32 = false;  ///< the engine's parameter; of others, what it computes in, or as in the file
    OfReleases read_by = {};  ///< others have no parameter for it
};

struct QuantizationFormat {
    std::string_view name;
    std::string_view words;             ///< how a person would call it
    std::span<const TensorForm> forms;  ///< of what is not a plain ".weight"; the scales come before other scales
    std::string_view refusal = {};      ///< why plan_shards() has no rules for it; empty: it has
};

/// nullptr where `quantization` is of no format in the table, or there is none.
const QuantizationFormat* find_format(const std::optional<Quantization>& quantization);

/// What one tensor is in that format.
struct FormedTensor {
    const TensorForm* form = nullptr;
    std::string_view module;  ///< the name without its ending

    std::string weight_name() const { return std::string(module) + ".weight"; }
};

/// nullopt: a tensor as any other, such as a norm. Without a format: as in FP8 blocks, whose ending nobody else has.
std::optional<FormedTensor> formed_tensor(const QuantizationFormat* format, std::string_view tensor_name);

/// Which part of a stored tensor a rank has, by what it has of the weight. `keeps_groups`: scales of all groups,
/// however the inputs are cut.
SliceRule stored_rule(const TensorForm& form, SliceRule of_weight, bool keeps_groups);

/// The engine's rule (quantization/utils/marlin_utils.py, marlin_repeat_scales_on_all_ranks): one group is of all
/// inputs, and with an order of activations any group can be of any input. Of experts whose weights were quantised in
/// some order, older releases keep them too.
bool keeps_groups(const std::optional<Quantization>& quantization, bool is_expert, const Loader& loader);

/// The ending of the scales without which a tensor, a weight by its name and dtype, means nothing. Empty: of no such.
std::string_view scale_ending(const QuantizationFormat& format, const TensorKind& tensor);

/// Weights that share a word along that axis; 1: none do.
std::int64_t weights_in_word(const std::optional<Quantization>& quantization, Packed axis);

/// "\"awq\", \"fp8_block\"": formats whose slices are known.
std::string formats_with_rules();

/// Numbers that the model has learnt: packed weights unpacked; 0 for scales and the like.
std::uint64_t parameters_of(const std::optional<Quantization>& quantization, const Tensor& tensor);

/// "compressed-tensors, 4 bits, groups of 128 with zero points; 2 modules as they were". Empty where there is none.
std::string in_words(const std::optional<Quantization>& quantization);

/// From the keys of config.json: quantization_config, or compression_config as older writers call it.
std::optional<Quantization> parse_quantization(const Keys& config);

}  // namespace r1cluster::detail
