// SPDX-License-Identifier: Apache-2.0
#include "model/consistency.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "model/families/family.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view scale_ending = "_scale_inv";

[[noreturn]] void refuse(const std::string& tensor, const std::string& what) {
    throw Error(ErrorKind::invalid_input, tensor, what);
}

using Tensors = std::unordered_map<std::string_view, const Tensor*>;

std::string shape_text(std::uint64_t rows, std::uint64_t columns) { return fmt::format("[{}, {}]", rows, columns); }

void check_scale(const Tensor& weight, const Tensors& tensors, const std::vector<std::int64_t>& block) {
    const std::string scale_name = weight.name + std::string(scale_ending);
    const auto scale = tensors.find(scale_name);
    if (scale == tensors.end()) {
        refuse(weight.name,
               fmt::format("the tensor \"{}\" is {}, but there is no \"{}\"", weight.name, weight.dtype, scale_name));
    }
    if (weight.shape.size() != 2) return;
    const auto blocks = [&](std::size_t axis) {
        const auto side = static_cast<std::uint64_t>(block[axis]);
        return weight.shape[axis] / side + (weight.shape[axis] % side != 0);
    };
    const std::vector<std::uint64_t>& got = scale->second->shape;
    if (got == std::vector{blocks(0), blocks(1)}) return;
    refuse(scale_name,
           fmt::format("the tensor \"{}\" must be {} for a weight {} in blocks of {}, got {}", scale_name,
                       shape_text(blocks(0), blocks(1)), shape_text(weight.shape[0], weight.shape[1]),
                       fmt::format("{} x {}", block[0], block[1]),
                       got.size() == 2 ? shape_text(got[0], got[1]) : fmt::format("{} dimensions", got.size())));
}

void check_scales(Checkpoint& checkpoint) {
    Tensors tensors;
    tensors.reserve(checkpoint.tensor_count());
    std::size_t fp8 = 0;
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            tensors.emplace(tensor.name, &tensor);
            fp8 += tensor.dtype.starts_with("F8_E");
        }
    }
    const auto& quantization = checkpoint.config.quantization;
    if (!quantization) {
        if (fp8 > 0) {
            checkpoint.oddities.push_back(
                fmt::format("{} tensors are FP8, but config.json has no quantization_config", format_count(fp8)));
        }
        return;
    }
    for (const auto& [name, tensor] : tensors) {
        if (tensor->dtype.starts_with("F8_E")) check_scale(*tensor, tensors, quantization->block);
    }
}

/// Every layer of config.json has tensors; a tensor that the family does not know is odd.
void check_layers(const Family& family, Checkpoint& checkpoint) {
    const ModelConfig& config = checkpoint.config;
    std::vector<bool> seen(static_cast<std::size_t>(config.layers), false);
    std::size_t unknown = 0;
    std::string examples;
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            const auto known = find_tensor(family, config, tensor.name);
            if (!known) {
                if (++unknown <= 3) examples += fmt::format("{}\"{}\"", unknown == 1 ? "" : ", ", tensor.name);
            } else if (known->layer && !known->is_next_token_layer) {
                seen[static_cast<std::size_t>(*known->layer)] = true;
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
        checkpoint.oddities.push_back(fmt::format("{} of {} tensors are of no place that is known: {}{}",
                                                  format_count(unknown), format_count(checkpoint.tensor_count()),
                                                  examples, unknown > 3 ? ", ..." : ""));
    }
}

}  // namespace

void check_consistency(Checkpoint& checkpoint) {
    if (checkpoint.config.has_remote_code) {
        checkpoint.oddities.push_back("config.json has auto_map: Python beside the weights, which is never run here");
    }
    const Family* family = nullptr;
    try {
        family = &family_with_rules(checkpoint.config);
    } catch (const Error& unknown) {  // still worth showing; plan() will refuse it
        checkpoint.oddities.push_back(unknown.what());
        return;
    }
    check_layers(*family, checkpoint);
    check_scales(checkpoint);
}

}  // namespace r1cluster::detail
