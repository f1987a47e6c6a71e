// SPDX-License-Identifier: Apache-2.0
#include "knowledge/engine_rules.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::knowledge {
namespace {

constexpr std::string_view below_minimum = "The quantization method is not supported for the current GPU";

// get_min_capability of vllm/model_executor/layers/quantization, read in 0.7.1, 0.9.2 and 0.32.0; where a method passes
// that test and dies later, the row has what it really needs.
constexpr std::array capability_rules{
    CapabilityRule{"fp8_block",
                   {"", "0.9.0"},
                   89,
                   "type fp8e4nv not supported in this architecture",
                   "vllm-project/vllm#15336; it says so after it has loaded every shard"},
    CapabilityRule{"fp8_block", {"0.9.0", "0.14.0"}, 80, below_minimum, "vllm-project/vllm#16850"},
    CapabilityRule{"fp8_block", {"0.14.0", ""}, 75, below_minimum, "quantization/fp8.py of 0.32.0"},
    CapabilityRule{"fp8", {"", "0.14.0"}, 80, below_minimum, "quantization/fp8.py of 0.7.1 and 0.9.2"},
    CapabilityRule{"fp8", {"0.14.0", ""}, 75, below_minimum, "quantization/fp8.py of 0.32.0"},
    CapabilityRule{"awq", {}, 75, below_minimum, "quantization/awq.py of 0.7.1, auto_awq.py of 0.32.0"},
    CapabilityRule{"gptq", {}, 60, below_minimum, "quantization/gptq.py of 0.7.1, auto_gptq.py of 0.32.0"},
    CapabilityRule{"mxfp4", {}, 80, below_minimum, "quantization/mxfp4.py of 0.32.0"},
    CapabilityRule{"bitsandbytes", {}, 70, below_minimum, "quantization/bitsandbytes.py of 0.7.1 and 0.9.2"},
    CapabilityRule{"bfloat16",
                   {},
                   80,
                   "Bfloat16 is only supported on GPUs with compute capability of at least 8.0",
                   "vllm/worker/worker.py, _check_if_gpu_supports_dtype"},
    CapabilityRule{"latent attention",
                   {},
                   80,
                   "FlashAttention only supports Ampere GPUs or newer",
                   "prefill by vllm_flash_attn: attention/backends/mla/utils.py of 0.7.1, "
                   "v1/attention/backends/mla/prefill/flash_attn.py of 0.32.0"},
    CapabilityRule{"kernels",
                   {"0.20.0", ""},
                   75,
                   "no kernel image is available for execution on the device",
                   "vllm-project/vllm#39878"},
    CapabilityRule{"kernels",
                   {},
                   70,
                   "no kernel image is available for execution on the device",
                   "CMakeLists.txt, CUDA_SUPPORTED_ARCHS"},
};

constexpr std::array division_rules{
    DivisionRule{"expert parallel",
                 "",
                 {"", "0.8.0"},
                 "unrecognized arguments: --enable-expert-parallel",
                 "release notes of 0.8.0"},
    DivisionRule{"decode context parallel",
                 "",
                 {"", "0.11.0"},
                 "unrecognized arguments: --decode-context-parallel-size",
                 "release notes of 0.11.0"},
    DivisionRule{"pipeline parallel",
                 "deepseek",
                 {"", "0.7.0"},
                 "NotImplementedError: Pipeline parallelism is not supported for this model",
                 "vllm-project/vllm#11539"},
    DivisionRule{"pipeline parallel",
                 "deepseek",
                 {"0.9.2", "0.9.3"},
                 "AssertionError in the loader of a stage without the head",
                 "vllm-project/vllm#20647"},
};

}  // namespace

bool EngineReleases::contain(const std::optional<Version>& engine) const {
    if (!engine) return until.empty();
    return (since.empty() || *engine >= Version::parse(since)) && (until.empty() || *engine < Version::parse(until));
}

const CapabilityRule* find_capability_rule(std::string_view what, const std::optional<Version>& engine) {
    const auto found = std::ranges::find_if(
        capability_rules, [&](const CapabilityRule& row) { return row.what == what && row.releases.contain(engine); });
    return found == capability_rules.end() ? nullptr : &*found;
}

std::string releases_that_can(std::string_view what, int capability) {
    const auto found = std::ranges::find_if(
        capability_rules, [&](const CapabilityRule& row) { return row.what == what && row.least <= capability; });
    if (found == capability_rules.end()) return "";
    if (!found->releases.since.empty()) return std::string(found->releases.since) + " or newer";
    const auto other = std::ranges::find_if(
        capability_rules, [&](const CapabilityRule& row) { return row.what == what && row.least > capability; });
    if (other == capability_rules.end() || other->releases.since.empty()) return "";
    return "before " + std::string(other->releases.since);
}

const DivisionRule* find_division_rule(std::string_view division, std::string_view family,
                                       const std::optional<Version>& engine) {
    const auto found = std::ranges::find_if(division_rules, [&](const DivisionRule& row) {
        return row.division == division && (row.family.empty() || row.family == family) && row.releases.contain(engine);
    });
    return found == division_rules.end() ? nullptr : &*found;
}

}  // namespace r1cluster::knowledge
