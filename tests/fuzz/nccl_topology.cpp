// SPDX-License-Identifier: Apache-2.0
#include "fuzz/document.hpp"

namespace r1cluster::fuzz {

void nccl_topology(std::string_view bytes) {
    const auto machine = document("nccl_topology", bytes);
    if (!machine) return;
    const std::string once = to_nccl_topology(*machine);
    const std::string twice = to_nccl_topology(parse_document("nccl_topology", once, "written"));
    expect(once == twice, "what was written once is written the same again");
}

}  // namespace r1cluster::fuzz
