// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/quantization.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::int64_t max_block = 1 << 16;
constexpr std::int64_t max_bits = 64;

/// -1 stands for a whole row.
std::int64_t group_size_of(const Keys& keys, std::string_view key) {
    const std::int64_t size = keys.whole_or(key, -1, -1, max_block);
    if (size == 0) wrong_value(keys.at(key), "-1 or a whole number from 1", keys.need(key));
    return size > 0 ? size : 0;
}

std::vector<std::string> texts(const Keys& keys, std::string_view key) {
    return keys.find(key) ? from_value<std::vector<std::string>>(keys.need(key), keys.at(key))
                          : std::vector<std::string>();
}

std::vector<std::int64_t> block_of(const Keys& keys, std::string_view key) {
    const json::value* block = keys.find(key);
    if (block && (!block->is_array() || block->get_array().size() != 2)) {
        wrong_value(keys.at(key), "a list of two whole numbers", *block);
    }
    return keys.wholes(key, 1, max_block);
}

/// {"type": "float", "num_bits": 8} -> "float8"; older writers give the name alone.
std::string kv_cache_of(const Keys& keys) {
    const json::value* scheme = keys.find("kv_cache_scheme");
    if (!scheme) return "";
    if (scheme->is_string()) return keys.text("kv_cache_scheme");
    const Keys inner = *keys.inner("kv_cache_scheme");
    return fmt::format("{}{}", inner.text_or("type", "float"), inner.whole_or("num_bits", 8, 1, max_bits));
}

void read_fp8(const Keys& keys, Quantization& quantization) {
    quantization.block = block_of(keys, "weight_block_size");
    quantization.format = quantization.block.empty() ? "fp8_tensor" : "fp8_block";
    quantization.bits = 8;
    quantization.activations = keys.text_or("activation_scheme", "dynamic");
    quantization.ignored = texts(keys, keys.find("ignored_layers") ? "ignored_layers" : "modules_to_not_convert");
}

void read_fbgemm(const Keys& keys, Quantization& quantization) {
    quantization.format = "fp8_channel";
    quantization.bits = 8;
    quantization.activations = "dynamic";
    quantization.ignored = texts(keys, "modules_to_not_convert");
}

void read_awq(const Keys& keys, Quantization& quantization) {
    quantization.bits = keys.whole(keys.find("w_bit") ? "w_bit" : "bits", 1, 32);
    quantization.group_size = group_size_of(keys, keys.find("q_group_size") ? "q_group_size" : "group_size");
    quantization.has_zero_points = keys.flag_or("zero_point", true);
    quantization.ignored = texts(keys, "modules_to_not_convert");
    const std::string version = keys.text_or("version", "gemm");  // the others pack otherwise
    quantization.format = version == "gemm" || version == "GEMM" ? "awq" : "";
}

void read_gptq(const Keys& keys, Quantization& quantization) {
    quantization.bits = keys.whole("bits", 1, 32);
    quantization.group_size = group_size_of(keys, "group_size");
    quantization.has_zero_points = !keys.flag_or("sym", true);
    quantization.has_activation_order = keys.flag_or("desc_act", false);
    // GPTQModel's "dynamic" gives modules bits and groups of their own, by regular expressions.
    const auto dynamic = keys.inner("dynamic");
    const bool is_alike = !dynamic || dynamic->fields().empty();
    quantization.format = is_alike ? "gptq" : "";
}

void read_mxfp4(const Keys& keys, Quantization& quantization) {
    quantization.format = "mxfp4";
    quantization.bits = 4;
    quantization.group_size = 32;  // OCP Microscaling Formats (MX) 1.0, section 5.1
    quantization.ignored = texts(keys, "modules_to_not_convert");
}

void read_modelopt(const Keys& keys, Quantization& quantization) {
    const std::string algorithm = keys.text_or("quant_algo", "");
    quantization.format = algorithm == "FP8" ? "modelopt_fp8" : algorithm == "NVFP4" ? "modelopt_nvfp4" : "";
    quantization.bits = algorithm == "FP8" ? 8 : algorithm == "NVFP4" ? 4 : 0;
    if (algorithm == "NVFP4") quantization.group_size = keys.whole_or("group_size", 16, 1, max_block);
    quantization.activations = algorithm.empty() ? "" : "static";
    quantization.ignored = texts(keys, keys.find("ignore") ? "ignore" : "exclude_modules");
}

void read_bitsandbytes(const Keys& keys, Quantization& quantization) {
    quantization.format = "bitsandbytes";
    quantization.bits = keys.flag_or("load_in_4bit", false) ? 4 : 8;
    quantization.ignored = texts(keys, "llm_int8_skip_modules");
}

/// By the strategy and type of the weights of its only group; several groups that differ are not known.
std::string compressed_format(const Quantization& quantization, const std::string& type, const std::string& strategy,
                              const std::string& packing) {
    if (packing == "nvfp4-pack-quantized") return "compressed_nvfp4";
    if (packing == "pack-quantized") {
        if (type != "int") return "";
        return strategy == "group"     ? "compressed_packed_group"
               : strategy == "channel" ? "compressed_packed_channel"
                                       : "";
    }
    if (quantization.bits != 8) return "";
    if (packing == "int-quantized" || type == "int") return strategy == "channel" ? "compressed_int8" : "";
    if (type != "float") return "";
    if (strategy == "block") return "compressed_fp8_block";
    return strategy == "channel" ? "compressed_fp8_channel" : strategy == "tensor" ? "compressed_fp8_tensor" : "";
}

void read_compressed(const Keys& keys, Quantization& quantization) {
    quantization.ignored = texts(keys, "ignore");
    const auto groups = keys.inner("config_groups");
    if (!groups || groups->fields().empty()) return;
    std::optional<Quantization> common;
    for (const auto& field : groups->fields()) {
        const Keys group = *groups->inner({field.key().data(), field.key().size()});
        const auto weights = group.inner("weights");
        if (!weights) return;
        Quantization one = quantization;
        const std::string strategy = weights->text_or("strategy", "");
        one.bits = weights->whole("num_bits", 1, max_bits);
        one.group_size = group_size_of(*weights, "group_size");
        one.has_zero_points = !weights->flag_or("symmetric", true);
        const std::string order = weights->text_or("actorder", "");
        one.has_activation_order = order == "group";
        one.has_weight_order = order == "weight";
        one.block = block_of(*weights, "block_structure");
        if (const auto activations = group.inner("input_activations")) {
            const json::value* dynamic = activations->find("dynamic");  // true, false or "local"
            one.activations = dynamic && dynamic->is_bool() && !dynamic->get_bool() ? "static" : "dynamic";
        }
        const std::string packing = group.text_or("format", keys.text_or("format", ""));
        one.format = compressed_format(one, weights->text_or("type", "int"), strategy, packing);
        if (common && *common != one) {
            quantization.format = "";
            return;
        }
        common = one;
    }
    quantization = *common;
}

struct Method {
    std::string_view name;  ///< quant_method
    void (*read)(const Keys&, Quantization&);
};

constexpr Method methods[] = {
    {"fp8", read_fp8},
    {"fbgemm_fp8", read_fbgemm},
    {"awq", read_awq},
    {"gptq", read_gptq},
    {"mxfp4", read_mxfp4},
    {"modelopt", read_modelopt},
    {"modelopt_fp4", read_modelopt},
    {"compressed-tensors", read_compressed},
    {"bitsandbytes", read_bitsandbytes},
};

}  // namespace

std::optional<Quantization> parse_quantization(const Keys& config) {
    std::optional<Keys> keys = config.inner("quantization_config");
    if (!keys) keys = config.inner("compression_config");
    if (!keys) return std::nullopt;
    Quantization quantization;
    quantization.method = keys->text("quant_method");
    quantization.kv_cache = kv_cache_of(*keys);
    const auto* method = std::ranges::find(methods, quantization.method, &Method::name);
    if (method != std::end(methods)) method->read(*keys, quantization);
    return quantization;
}

}  // namespace r1cluster::detail
