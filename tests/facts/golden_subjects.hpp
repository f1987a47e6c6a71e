// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "r1cluster/facts/cluster.hpp"

/// What a recording means, cut into texts of one subject each, which a reviewer can read: "show", "matrix", "gpus",
/// "nvlinks", "paths", "hcas", "limits", "problems", "gaps". Empty where no machine of the cluster has any.
std::map<std::string, std::string> golden_subjects(const r1cluster::Cluster& cluster);
