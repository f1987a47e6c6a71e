// SPDX-License-Identifier: Apache-2.0
#include "engine/names/names.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::detail {
namespace {

constexpr std::array all{
    EngineName{.name = "vllm", .title = "vLLM", .can_be_launched = true},
    EngineName{.name = "sglang",
               .title = "SGLang",
               .can_be_launched = true,
               .has_rendezvous_on_one_host = true,
               .ports_of_copies = 5,
               .answers_on_every_host = true},
};

}  // namespace

std::span<const EngineName> engine_names() { return all; }

const EngineName* find_engine_name(std::string_view name) {
    const auto found = std::ranges::find(all, name, &EngineName::name);
    return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> launchable_engines() {
    std::vector<std::string_view> names;
    for (const EngineName& engine : all) {
        if (engine.can_be_launched) names.push_back(engine.name);
    }
    return names;
}

}  // namespace r1cluster::detail
