// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster {

inline std::vector<Gap> gaps_about(const Machine& machine, const std::string& subject) {
    std::vector<Gap> found;
    for (const Gap& gap : machine.gaps) {
        if (gap.subject == subject) found.push_back(gap);
    }
    return found;
}

}  // namespace r1cluster
