// SPDX-License-Identifier: Apache-2.0
#include "fuzz/document.hpp"

namespace r1cluster::fuzz {

void nvidia_smi(std::string_view bytes) { document("nvidia_smi", bytes); }

}  // namespace r1cluster::fuzz
