// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster {

/// Path of public machine descriptions and recordings that are no part of the project: R1CLUSTER_SHARED, or the folder
/// "shared" beside the source. Empty where it is not there; a test that needs it then warns and returns.
inline std::string shared_path(const std::string& name) {
    const char* from_environment = std::getenv("R1CLUSTER_SHARED");
    const std::string folder = from_environment ? from_environment : std::string(R1CLUSTER_SOURCE_DIR) + "/../shared";
    const std::string path = folder + "/" + name;
    return std::filesystem::exists(path) ? path : "";
}

inline std::string shared_text(const std::string& name) {
    const std::string path = shared_path(name);
    return path.empty() ? "" : read_text_file(path, 16 << 20);
}

}  // namespace r1cluster

/// In a test: `text` of a shared file, or the end of the test.
#define R1CLUSTER_SHARED_TEXT(text, name)                                 \
    const std::string text = r1cluster::shared_text(name);                \
    if (text.empty()) {                                                   \
        WARN("skipped: " << (name) << " of the shared data is not here"); \
        return;                                                           \
    }                                                                     \
    static_assert(true)
