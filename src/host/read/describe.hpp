// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON: a ReadRequest travels to the agent.

#include "base/reflect_json.hpp"
#include "r1cluster/host/read/read.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(ReadRequest, (),
                      (host, model_path, python, python_path, peers, names, paths, proxy, image, container_program,
                       container_options))

}  // namespace r1cluster
