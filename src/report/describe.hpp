// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(Severity, error, warning, unknown, info)
BOOST_DESCRIBE_STRUCT(Finding, (), (id, severity, subject, observed, expected, remedy, source))
BOOST_DESCRIBE_STRUCT(CheckedRule, (), (id, requirement, subjects, passed))
BOOST_DESCRIBE_STRUCT(Report, (), (findings, checked))

}  // namespace r1cluster
