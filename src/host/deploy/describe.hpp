// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "config/describe.hpp"
#include "diagnose/describe.hpp"
#include "facts/describe.hpp"
#include "launch/describe.hpp"
#include "plan/describe.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "report/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(StepTime, (), (step, seconds))
BOOST_DESCRIBE_STRUCT(UpResult, (),
                      (cluster, plan, report, settings, launch_plan, status, transports, steps, was_running))

}  // namespace r1cluster
