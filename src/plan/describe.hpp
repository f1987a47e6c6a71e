// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "layout/describe.hpp"
#include "r1cluster/plan/plan.hpp"
#include "spec/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(RejectedLayout, (),
                      (tensor_parallel, pipeline_parallel, because, brief, count, sizes, is_unasked))
BOOST_DESCRIBE_STRUCT(Plan, (), (engine, goal, layouts, unlisted, rejected, suggestions))
BOOST_DESCRIBE_STRUCT(PlanOptions, (), (limit))

}  // namespace r1cluster
