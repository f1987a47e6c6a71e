// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster {

/// The TOML files of a folder and of its engine folders, as parse_knowledge() and lint_knowledge() take them:
/// DIR/gpus.toml is "gpus.toml", DIR/ENGINE/flags.toml is "ENGINE/flags.toml". Files of other endings are left out.
/// Blocks as the file system does; any thread. Throws Error (not_found, system, invalid_input).
std::map<std::string, std::string> read_knowledge_files(const std::string& folder);

/// The embedded tables, with those of the folder in place of embedded ones of the same name. Throws as
/// read_knowledge_files() and parse_knowledge() do.
Knowledge load_knowledge(const std::string& folder);

}  // namespace r1cluster
