// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/loader.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

struct Dtype {
    std::string_view in_files;
    std::string_view in_config;
    Cast to;
};

// Parameters are made in one of these; the engine's loaders fill them with copy_, which converts between them.
constexpr Dtype dtypes[] = {{"BF16", "bfloat16", Cast::to_bfloat16},
                            {"F16", "float16", Cast::to_float16},
                            {"F32", "float32", Cast::to_float32}};

const Dtype* find_in_files(std::string_view name) {
    for (const Dtype& dtype : dtypes) {
        if (dtype.in_files == name) return &dtype;
    }
    return nullptr;
}

/// A float32 model is computed in what the device prefers.
std::string_view computing_dtype(const ModelConfig& config, const detail::Loader& loader) {
    const Loading& loading = loader.loading();
    if (!loading.dtype.empty() && loading.dtype != "auto") return loading.dtype;
    if (config.dtype == "bfloat16" || config.dtype == "float16") return config.dtype;
    return loader.has(detail::EngineFeature::bfloat16_for_float32) ? "bfloat16" : "float16";
}

}  // namespace

Cast detail::cast_of(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const Loader& loader) {
    const Dtype* const from = find_in_files(tensor.dtype);
    if (!from) return Cast::none;
    const std::string_view wanted = place.is_float32 ? "float32" : computing_dtype(config, loader);
    for (const Dtype& dtype : dtypes) {
        if (dtype.in_config == wanted) return &dtype == from ? Cast::none : dtype.to;
    }
    throw Error(
        ErrorKind::invalid_input, loader.loading().dtype,
        fmt::format("loading weights as \"{}\": not a dtype that the engine computes in; expected \"bfloat16\", "
                    "\"float16\" or \"float32\"",
                    loader.loading().dtype));
}

Cast cast_of(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const Loading& loading,
             const Knowledge& knowledge) {
    return detail::cast_of(config, tensor, place, detail::Loader(loading, knowledge));
}

}  // namespace r1cluster
