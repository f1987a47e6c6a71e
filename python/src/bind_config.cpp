// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "config/describe.hpp"
#include "with_knowledge.hpp"

namespace r1cluster::python {
void bind_config(py::module_& core) {
    py::module_ module = def_room(core, "config");
    bind_value<Setting>(module);
    bind_value<HostSettings>(module)
        .def(
            "find",
            [](const py::object& self, const std::string& name) {
                return part_of(self, value_of<HostSettings>(self).find(name));
            },
            py::arg("name"), "None where there is no setting of that name.")
        .def(
            "environment",
            [](const HostSettings& self) {
                std::map<std::string, std::string> environment;
                for (const Setting& setting : self.settings) {
                    if (setting.value) environment.emplace(setting.name, *setting.value);
                }
                return environment;
            },
            "The variables that have a value, for subprocess and the like. Values may begin with \"{state}\", which\n"
            "only the guard on the host replaces.");
    bind_value<Settings>(module)
        .def(
            "find",
            [](const py::object& self, const std::string& host) {
                return part_of(self, value_of<Settings>(self).find(host));
            },
            py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const Settings& self) { return show(self); });

    module.def("choose_settings", with_knowledge(&choose_settings), py::arg("spec"), py::arg("cluster"),
               py::arg("layout"), py::kw_only(), py::arg("knowledge") = py::none(),
               "Chooses interface, address and environment for each host by its own route to its peers.");
    module.def("render_env_file", &render_env_file, py::arg("settings"), "NAME=value lines, for --env-file.");
    module.def("render_shell", &render_shell, py::arg("settings"), "export NAME='value' lines.");
    core.def("show", py::overload_cast<const Settings&, bool>(&show), py::arg("settings"), py::arg("explain") = false);
}

}  // namespace r1cluster::python
