// SPDX-License-Identifier: Apache-2.0
#include "model/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Tensor, "tensor", 1)
R1CLUSTER_JSON(LatentAttention, "latent_attention", 1)
R1CLUSTER_JSON(Experts, "experts", 1)
R1CLUSTER_JSON(Quantization, "quantization", 1)
R1CLUSTER_JSON(ModelConfig, "model_config", 1)
R1CLUSTER_JSON(ShardFile, "shard_file", 1)
R1CLUSTER_JSON(Checkpoint, "checkpoint", 1)
R1CLUSTER_JSON(TensorPlace, "tensor_place", 2)
R1CLUSTER_JSON(Slice, "slice", 2)
R1CLUSTER_JSON(Loading, "loading", 1)
R1CLUSTER_JSON(GroupRank, "group_rank", 1)
R1CLUSTER_JSON(TensorSum, "tensor_sum", 1)
R1CLUSTER_JSON(LayerSum, "layer_sum", 1)
R1CLUSTER_JSON(CheckpointSummary, "checkpoint_summary", 1)

}  // namespace r1cluster
