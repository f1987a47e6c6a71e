// SPDX-License-Identifier: Apache-2.0
#include "facts/device_words.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace r1cluster::detail {

std::string gpu_models(const Machine& machine) {
    std::map<std::string, int> counts;
    for (const Gpu& gpu : machine.gpus) ++counts[gpu.name.empty() ? "GPU of unknown model" : gpu.name];
    std::vector<std::string> texts;
    for (const auto& [name, count] : counts) texts.push_back(fmt::format("{} x {}", count, name));
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string link_kinds(const Machine& machine) {
    std::set<std::string> gpus;
    for (const Gpu& gpu : machine.gpus) gpus.insert(device_name(gpu));
    std::set<std::string> kinds;
    for (const DevicePath& path : machine.device_paths) {
        if (gpus.count(path.from) && gpus.count(path.to) && !path.path.empty()) kinds.insert(path.path);
    }
    return fmt::format("{}", fmt::join(kinds, ", "));
}

}  // namespace r1cluster::detail
