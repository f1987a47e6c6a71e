// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "r1cluster/host/os/text_file.hpp"
#include "support/skip.hpp"

namespace r1cluster {

/// Path of a public machine description or recording that is not part of the project, in the folder that
/// R1CLUSTER_SHARED names, else in "shared" beside the source. Skips the case where it is absent.
inline std::string shared_path(const std::string& name) {
    const char* from_environment = std::getenv("R1CLUSTER_SHARED");
    const std::string folder = from_environment ? from_environment : std::string(R1CLUSTER_SOURCE_DIR) + "/../shared";
    const std::string path = folder + "/" + name;
    if (!std::filesystem::exists(path)) skip_case(name + " is not in " + folder + " (R1CLUSTER_SHARED)");
    return path;
}

inline std::string shared_text(const std::string& name) { return read_text_file(shared_path(name), 16 << 20); }

}  // namespace r1cluster
