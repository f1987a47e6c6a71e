// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of the values of host/.

#include "base/reflect_json.hpp"
#include "r1cluster/host/deploy.hpp"
#include "r1cluster/host/read.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Progress, (), (step, text, elapsed_s, is_done))
BOOST_DESCRIBE_STRUCT(ReadRequest, (), (host, model_path, python, python_path, peers, names, paths))
BOOST_DESCRIBE_STRUCT(StepTime, (), (step, seconds))
BOOST_DESCRIBE_STRUCT(UpResult, (), (cluster, plan, report, settings, launch_plan, status, transports, steps, was_running))

}  // namespace r1cluster
