// SPDX-License-Identifier: Apache-2.0
#include "fuzz/document.hpp"

namespace r1cluster::fuzz {

void lspci(std::string_view bytes) { document("lspci", bytes); }

}  // namespace r1cluster::fuzz
