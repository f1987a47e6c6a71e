// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster::fuzz {

void config(std::string_view bytes) {
    const auto read = accepted([&] { return parse_config(bytes); });
    if (!read) return;
    expect(read->layers > 0 && read->hidden_size > 0 && read->attention_heads > 0 && read->vocabulary_size > 0,
           "an accepted model has layers, width, heads and a vocabulary");
    expect(from_json<ModelConfig>(to_json(*read)) == *read, "an accepted config survives its JSON form");
    if (!accepted([&] { return family_of(*read); })) return;
    for (const int size : {1, 2, 3, 8, 1024}) {
        if (!tensor_parallel_refusal(*read, size).text.empty()) continue;
        accepted([&] { return kv_bytes_per_token(*read, read->layers, size); });
    }
    accepted([&] { return place_tensor(*read, "model.layers.0.self_attn.o_proj.weight"); });
}

}  // namespace r1cluster::fuzz
