// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/guard/job_folder.hpp"
#include "host/guard/protocol.hpp"

namespace r1cluster::detail {

/// What the log files of a job hold, as the request says: see JobLogs.
std::vector<protocol::LogText> read_job_logs(const JobFolder& folder, const protocol::JobLogs& request);

}  // namespace r1cluster::detail
