// SPDX-License-Identifier: Apache-2.0
#include "engine/packages.hpp"

namespace r1cluster::detail {

const std::string* package_version(const Machine& machine, const std::string& name) {
    if (!machine.engine) return nullptr;
    const auto found = machine.engine->packages.find(name);
    return found == machine.engine->packages.end() ? nullptr : &found->second;
}

}  // namespace r1cluster::detail
