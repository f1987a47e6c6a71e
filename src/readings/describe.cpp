// SPDX-License-Identifier: Apache-2.0
#include "readings/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Answer, "answer", 1)
R1CLUSTER_JSON(Readings, "readings", 1)
R1CLUSTER_JSON(PathProbe, "path_probe", 1)
R1CLUSTER_JSON(ShardText, "shard_text", 1)
R1CLUSTER_JSON(CheckpointText, "checkpoint_text", 1)
R1CLUSTER_JSON(Recording, "recording", 1)
R1CLUSTER_JSON(ImportedFiles, "imported_files", 1)
R1CLUSTER_JSON(Scrubbed, "scrubbed", 1)

}  // namespace r1cluster
