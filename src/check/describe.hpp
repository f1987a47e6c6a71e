// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "config/describe.hpp"
#include "facts/describe.hpp"
#include "launch/describe.hpp"
#include "model/describe.hpp"
#include "plan/describe.hpp"
#include "r1cluster/check/decision.hpp"
#include "report/describe.hpp"
#include "spec/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(DecisionStep, checkpoint, plan, settings, launch)
BOOST_DESCRIBE_STRUCT(Refusal, (), (step, subject, because))
BOOST_DESCRIBE_STRUCT(Decision, (), (spec, cluster, checkpoint, plan, layout, settings, launch_plan, refusals, report))

}  // namespace r1cluster
