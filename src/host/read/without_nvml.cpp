// SPDX-License-Identifier: Apache-2.0
// In the place of the nvml_*.cpp where the build has no nvml.h.
#include "host/read/sources.hpp"

void r1cluster::detail::read_nvml(const std::string&, Readings& readings) {
    readings.calls["nvmlInit_v2()"] = {std::nullopt, "this r1cluster was built without nvml.h", ReasonCode::not_built};
}
