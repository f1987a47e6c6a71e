// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// Answers the call "checkpoint(PATH)": sizes of the shards and hashes of their headers, so that copies on several
/// hosts can be compared without reading weights. Also reads PATH/config.json.
void read_checkpoint_digest(const std::string& path, Readings& readings);

}  // namespace r1cluster::detail
