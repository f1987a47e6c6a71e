// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "config/describe.hpp"
#include "embedded_knowledge.hpp"

namespace r1cluster::python {
namespace {

std::optional<Setting> find_setting(const HostSettings& settings, const std::string& name) {
    const Setting* setting = settings.find(name);
    return setting ? std::optional(*setting) : std::nullopt;
}

std::optional<HostSettings> find_host(const Settings& settings, const std::string& host) {
    const HostSettings* found = settings.find(host);
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

void bind_config(py::module_& module) {
    bind_value<Setting>(module, "Setting", "One environment variable, or one deliberately left alone.");
    bind_value<HostSettings>(module, "HostSettings", "The environment of the engine's processes on one host.")
        .def("find", &find_setting, py::arg("name"), "None where there is none of that name.");
    bind_value<Settings>(module, "Settings", "The environment of every engine process, host by host.")
        .def("find", &find_host, py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const Settings& self) { return show(self); });

    module.def("choose_settings", with_embedded_knowledge(&choose_settings), py::arg("spec"), py::arg("cluster"),
               py::arg("layout"),
               "Chooses interface, address and environment for each host by its own route to its peers.");
    module.def("render_env_file", &render_env_file, py::arg("settings"), "NAME=value lines, for --env-file.");
    module.def("render_shell", &render_shell, py::arg("settings"), "export NAME='value' lines.");
    module.def("show", py::overload_cast<const Settings&, bool>(&show), py::arg("settings"),
               py::arg("explain") = false);
}

}  // namespace r1cluster::python
