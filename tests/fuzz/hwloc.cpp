// SPDX-License-Identifier: Apache-2.0
#include "fuzz/document.hpp"

namespace r1cluster::fuzz {

void hwloc(std::string_view bytes) { document("hwloc", bytes); }

}  // namespace r1cluster::fuzz
