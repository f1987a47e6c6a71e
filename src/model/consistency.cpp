// SPDX-License-Identifier: Apache-2.0
#include "model/consistency.hpp"

#include <fmt/format.h>

#include "model/families/family.hpp"
#include "model/quantization.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

[[noreturn]] void refuse(const std::string& tensor, const std::string& what) {
    throw Error(ErrorKind::invalid_input, tensor, what);
}

std::string shape_text(std::uint64_t rows, std::uint64_t columns) { return fmt::format("[{}, {}]", rows, columns); }

/// What is known of the scales of one kind of weight.
struct ScalesOf {
    std::string_view ending;                    ///< empty: it needs none
    std::uint32_t name = TensorTable::no_name;  ///< what their names are found by
    const TensorKind* checked = nullptr;        ///< those of this kind have the right shape
};

ScalesOf scales_of(const QuantizationFormat* format, const TensorKind& kind, const TensorTable& tensors) {
    ScalesOf scales;
    if (format) scales.ending = scale_ending(*format, kind);
    if (scales.ending.empty()) return scales;
    const std::string module = kind.name.substr(0, kind.name.rfind('.'));
    scales.name = tensors.name_of(module + std::string(scales.ending), kind.number_count);
    return scales;
}

void check_scale(const TensorList& list, std::size_t index, ScalesOf& scales, const TensorTable& tensors,
                 const std::vector<std::int64_t>& block) {
    const TensorEntry& entry = list.entries()[index];
    const TensorKind& weight = list.kinds()[entry.kind];
    const TensorTable::Found* const scale = tensors.find(scales.name, entry.numbers);
    const auto scale_name = [&] {
        const std::string name = list.name(index);
        return name.substr(0, name.rfind('.')) + std::string(scales.ending);
    };
    if (!scale) {
        refuse(list.name(index), fmt::format("the tensor \"{}\" is {}, but there is no \"{}\"", list.name(index),
                                             weight.dtype, scale_name()));
    }
    if (block.size() != 2 || scale->kind == scales.checked || weight.shape.size() != 2) return;
    const auto blocks = [&](std::size_t axis) {
        const auto side = static_cast<std::uint64_t>(block[axis]);
        return weight.shape[axis] / side + (weight.shape[axis] % side != 0);
    };
    const std::vector<std::uint64_t>& got = scale->kind->shape;
    if (got.size() == 2 && got[0] == blocks(0) && got[1] == blocks(1)) {
        scales.checked = scale->kind;
        return;
    }
    refuse(scale_name(),
           fmt::format("the tensor \"{}\" must be {} for a weight {} in blocks of {}, got {}", scale_name(),
                       shape_text(blocks(0), blocks(1)), shape_text(weight.shape[0], weight.shape[1]),
                       fmt::format("{} x {}", block[0], block[1]),
                       got.size() == 2 ? shape_text(got[0], got[1]) : fmt::format("{} dimensions", got.size())));
}

void check_scales(Checkpoint& checkpoint, const TensorTable& tensors) {
    const auto& quantization = checkpoint.config.quantization;
    const QuantizationFormat* const format = find_format(quantization);
    std::size_t fp8 = 0;
    std::vector<ScalesOf> of_examples;
    for (const TensorKind* kind : tensors.examples()) of_examples.push_back(scales_of(format, *kind, tensors));
    for (std::size_t f = 0; f < checkpoint.files.size(); ++f) {
        const ShardFile& file = checkpoint.files[f];
        const std::uint32_t* name = tensors.names_of(f);
        std::vector<ScalesOf> kinds;
        for (const TensorKind& kind : file.tensors.kinds()) {
            const std::uint32_t example = *name++;
            const bool is_alike = kind.dtype == tensors.examples()[example]->dtype;
            kinds.push_back(is_alike ? of_examples[example] : scales_of(format, kind, tensors));
        }
        for (std::size_t i = 0; i < file.tensors.size(); ++i) {
            const std::uint32_t kind = file.tensors.entries()[i].kind;
            if (file.tensors.kinds()[kind].dtype.starts_with("F8_E")) ++fp8;
            if (!kinds[kind].ending.empty()) check_scale(file.tensors, i, kinds[kind], tensors, quantization->block);
        }
    }
    if (fp8 > 0 && !quantization) {
        checkpoint.warnings.push_back(
            fmt::format("{} tensors are FP8, but config.json has no quantization_config", format_count(fp8)));
    }
}

/// Every layer of config.json has tensors; a tensor that the family does not know is odd.
void check_layers(const Family& family, Checkpoint& checkpoint, const TensorTable& tensors) {
    const ModelConfig& config = checkpoint.config;
    const FamilyRules rules(family, config, Loader());
    std::vector<bool> seen(static_cast<std::size_t>(config.layers), false);
    std::size_t unknown = 0;
    std::string examples;
    std::vector<FamilyRules::OfName> of_name;
    for (const TensorKind* kind : tensors.examples()) of_name.push_back(rules.of(kind->name, kind->number_count));
    for (std::size_t f = 0; f < checkpoint.files.size(); ++f) {
        const ShardFile& file = checkpoint.files[f];
        const std::uint32_t* const names = tensors.names_of(f);
        for (std::size_t i = 0; i < file.tensors.size(); ++i) {
            const TensorEntry& entry = file.tensors.entries()[i];
            const FamilyRules::OfName& name = of_name[names[entry.kind]];
            if (!rules.is_known(name, entry.numbers)) {
                if (++unknown <= 3) examples += fmt::format("{}\"{}\"", unknown == 1 ? "" : ", ", file.tensors.name(i));
            } else if (name.is_in_layer && entry.numbers[0] < seen.size()) {
                seen[entry.numbers[0]] = true;
            }
        }
    }
    for (std::size_t layer = 0; layer < seen.size(); ++layer) {
        if (!seen[layer]) {
            refuse(checkpoint.path, fmt::format("config.json says {} layers, but \"{}\" has no tensor of layer {}",
                                                config.layers, checkpoint.path, layer));
        }
    }
    if (unknown > 0) {
        checkpoint.warnings.push_back(fmt::format("{} of {} tensors are of no place that is known: {}{}",
                                                  format_count(unknown), format_count(checkpoint.tensor_count()),
                                                  examples, unknown > 3 ? ", ..." : ""));
    }
}

}  // namespace

void check_consistency(Checkpoint& checkpoint, const TensorTable& tensors) {
    if (checkpoint.config.has_remote_code) {
        checkpoint.warnings.push_back("config.json has auto_map: Python beside the weights, which is never run here");
    }
    const Family* family = nullptr;
    try {
        family = &family_with_rules(checkpoint.config);
    } catch (const Error& unknown) {  // still worth showing; plan_layouts() will refuse it
        checkpoint.warnings.push_back(unknown.what());
        return;
    }
    check_layers(*family, checkpoint, tensors);
    check_scales(checkpoint, tensors);
}

}  // namespace r1cluster::detail
