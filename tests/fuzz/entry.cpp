// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls; compiled once for each target, whose name is R1CLUSTER_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    r1cluster::fuzz::R1CLUSTER_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
