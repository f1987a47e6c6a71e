// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of those values of host/ that only Python and the command line show.

#include "base/reflect_json.hpp"
#include "host/read/describe.hpp"
#include "r1cluster/host/deploy.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Progress, (), (step, text, elapsed_s, is_done))
BOOST_DESCRIBE_STRUCT(StepTime, (), (step, seconds))
BOOST_DESCRIBE_STRUCT(UpResult, (),
                      (cluster, plan, report, settings, launch_plan, status, transports, steps, was_running))

}  // namespace r1cluster
