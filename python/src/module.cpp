// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "signatures.hpp"

namespace r1cluster::python {
namespace {

/// What `from r1cluster._core.NAME import *` takes.
void set_all(const py::module_& module) {
    py::list names;
    for (const auto& item : py::dict(module.attr("__dict__"))) {
        const std::string name = py::str(item.first);
        if (name.front() != '_' && !PyModule_Check(item.second.ptr())) names.append(name);
    }
    names.attr("sort")();
    module.attr("__all__") = names;
}

}  // namespace

py::module_ def_room(py::module_& core, const char* name) {
    const std::string path = std::string("r1cluster._core.") + name;
    PyObject* made = PyImport_AddModule(path.c_str());
    if (!made) throw py::error_already_set();
    auto module = py::reinterpret_borrow<py::module_>(made);
    module.attr("__name__") = std::string("r1cluster.") + name;
    core.attr(name) = module;
    return module;
}

}  // namespace r1cluster::python

PYBIND11_MODULE(_core, module) {
    using namespace r1cluster::python;
    module.doc() = "The C++ library as Python sees it. Import r1cluster, not this module.";
    const py::object own_name = module.attr("__name__");
    module.attr("__name__") = "r1cluster";  // where users see what is defined here
    bind_value_class(module);
    // A room comes after the rooms whose values it has as defaults of arguments.
    bind_units(module);
    bind_knowledge(module);
    bind_report(module);
    bind_spec(module);
    bind_readings(module);
    bind_facts(module);
    bind_model(module);
    bind_engine(module);
    bind_layout(module);
    bind_shard(module);
    bind_memory(module);
    bind_speed(module);
    bind_plan(module);
    bind_config(module);
    bind_launch(module);
    bind_decision(module);
    bind_logs(module);
    bind_host(module);
    bind_deploy(module);
    for (const auto& item : py::dict(module.attr("__dict__"))) {
        if (PyModule_Check(item.second.ptr())) {
            const auto room = py::reinterpret_borrow<py::module_>(item.second);
            set_all(room);
            set_signatures(room);
        }
    }
    set_all(module);
    set_signatures(module);
    set_signatures(module.attr("Value"));
    module.attr("__name__") = own_name;
    bind_restore(module);
}
