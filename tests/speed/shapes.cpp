// SPDX-License-Identifier: Apache-2.0
#include "speed/shapes.hpp"

namespace r1cluster::test {

ModelConfig r1_shape() {
    ModelConfig config;
    config.architecture = "DeepseekV3ForCausalLM";
    config.dtype = "bfloat16";
    config.hidden_size = 7168;
    config.intermediate_size = 18432;
    config.layers = 61;
    config.attention_heads = config.kv_heads = 128;
    config.vocabulary_size = 129280;
    config.max_position = 163840;
    config.next_token_layers = 1;
    config.latent_attention = LatentAttention{1536, 512, 128, 64, 128};
    config.experts = Experts{256, 1, 8, 2048, 3, 2048, {}};
    config.quantization = Quantization{"fp8", {128, 128}};
    return config;
}

ModelConfig llama_8b_shape() {
    ModelConfig config;
    config.architecture = "LlamaForCausalLM";
    config.dtype = "bfloat16";
    config.hidden_size = 4096;
    config.intermediate_size = 14336;
    config.layers = 32;
    config.attention_heads = 32;
    config.kv_heads = 8;
    config.head_dim = 128;
    config.vocabulary_size = 128256;
    config.max_position = 131072;
    return config;
}

}  // namespace r1cluster::test
