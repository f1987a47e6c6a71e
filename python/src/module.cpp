// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"

PYBIND11_MODULE(_core, module) {
    using namespace r1cluster::python;
    module.doc() = "The C++ library as Python sees it. Import r1cluster, not this module.";
    // A room comes after the rooms whose values it holds.
    bind_base(module);
    bind_report(module);
    bind_spec(module);
    bind_readings(module);
    bind_facts(module);
    bind_model(module);
    bind_plan(module);
    bind_config(module);
    bind_launch(module);
    bind_check(module);
    bind_diagnose(module);
    bind_host(module);
}
