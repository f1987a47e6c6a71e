// SPDX-License-Identifier: Apache-2.0
#include "knowledge/model_family.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::knowledge {
namespace {

constexpr std::string_view model_card = "config.json and model.safetensors.index.json of the repository of that name";

// A family is in one piece, largest first.
constexpr std::array members{
    FamilyMember{"deepseek-ai/DeepSeek-R1", "DeepSeek-R1", 671.0e9, 688.57e9, "DeepseekV3ForCausalLM", 7168, 18432, 61,
                 128, 128, 192, 129280, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "DeepSeek-R1", 70.55e9, 141.11e9, "LlamaForCausalLM",
                 8192, 28672, 80, 64, 8, 128, 128256, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "DeepSeek-R1", 32.76e9, 65.53e9, "Qwen2ForCausalLM", 5120,
                 27648, 64, 40, 8, 128, 152064, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "DeepSeek-R1", 14.77e9, 29.54e9, "Qwen2ForCausalLM", 5120,
                 13824, 48, 40, 8, 128, 152064, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1", 8.03e9, 16.06e9, "LlamaForCausalLM", 4096,
                 14336, 32, 32, 8, 128, 128256, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "DeepSeek-R1", 7.62e9, 15.23e9, "Qwen2ForCausalLM", 3584,
                 18944, 28, 28, 4, 128, 152064, model_card},
    FamilyMember{"deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "DeepSeek-R1", 1.78e9, 3.55e9, "Qwen2ForCausalLM", 1536,
                 8960, 28, 12, 2, 128, 151936, model_card},
};

}  // namespace

const FamilyMember* find_member(std::string_view architecture, std::int64_t hidden_size, std::int64_t intermediate_size,
                                std::int64_t layers) {
    const auto found = std::ranges::find_if(members, [&](const FamilyMember& member) {
        return architecture == member.architecture && hidden_size == member.hidden_size &&
               intermediate_size == member.intermediate_size && layers == member.layers;
    });
    return found == members.end() ? nullptr : &*found;
}

std::span<const FamilyMember> smaller_members(const FamilyMember& member) {
    const auto* const begin = &member + 1;
    const auto* const end = std::find_if(begin, members.data() + members.size(),
                                         [&](const FamilyMember& other) { return other.family != member.family; });
    return {begin, end};
}

}  // namespace r1cluster::knowledge
