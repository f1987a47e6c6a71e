// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster::detail {

/// What is wrong with a spec, and at which key ("host[0].name"). Thrown inside this room only: parse_spec turns
/// the key into a line and column, validated() names it as it is.
struct InvalidValue {
    std::string key;
    std::string message;
};

}  // namespace r1cluster::detail
