// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/knowledge/knowledge.hpp"
#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::fuzz {

/// Two parts: the name of a file, and its text.
void knowledge(std::string_view bytes) {
    const auto texts = parts(bytes);
    const std::map<std::string, std::string> files{{std::string(part(texts, 0)), std::string(part(texts, 1))}};
    const auto problems = lint_knowledge(files);
    const auto read = accepted([&] { return parse_knowledge(files); });
    if (!read) {
        expect(!problems.empty(), "what parse_knowledge() refuses, lint_knowledge() lists");
        return;
    }
    expect(from_json<Knowledge>(to_json(*read)) == *read, "accepted tables survive their JSON form");
    show(*read);
    read->find_storage_rate("ext4");
    read->nccl_between_cpus_gbytes_per_s("GenuineIntel", 6, 143);
    read->find_gpu_figures("NVIDIA H100 80GB HBM3");
    expect(read->engine("vllm").find_memory({}, std::nullopt) != nullptr, "an engine has a row of memory");
}

}  // namespace r1cluster::fuzz
