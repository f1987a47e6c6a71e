// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {

/// Adds to the HCAs of the machine what libibverbs alone says (MTU, DMA-BUF), and what sysfs left open. Where both
/// speak and disagree, sysfs stays and a gap says so.
void compare_with_verbs(HostAnswers& answers);

}  // namespace r1cluster::detail
