// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "speed/step.hpp"

namespace r1cluster::detail {

/// One sentence: the largest part of a step, and of all changes that a user can make the one that helps most. The
/// model is evaluated again with each change, so that the number is its own.
std::string bound_by(const SpeedInputs& inputs, const SpeedTimes& likely, const SpeedTerm& largest);

/// What two hosts with fast InfiniBand have.
void use_infiniband(Fabric& fabric, const Knowledge& knowledge);

}  // namespace r1cluster::detail
