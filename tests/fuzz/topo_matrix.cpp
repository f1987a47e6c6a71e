// SPDX-License-Identifier: Apache-2.0
#include "fuzz/document.hpp"

namespace r1cluster::fuzz {

void topo_matrix(std::string_view bytes) { document("topo_matrix", bytes); }

}  // namespace r1cluster::fuzz
