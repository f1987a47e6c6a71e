// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "facts/describe.hpp"

namespace r1cluster::python {
namespace {

std::optional<Machine> find(const Cluster& cluster, const std::string& host) {
    const Machine* machine = cluster.find(host);
    return machine ? std::optional(*machine) : std::nullopt;
}

void bind_parts_of_machine(py::module_& module) {
    bind_value<Gap>(module, "Gap", "Something that could not be seen; never a zero.");
    bind_value<NumaNode>(module, "NumaNode", "One memory node of a machine.");
    bind_value<Cpu>(module, "Cpu", "The processors of a machine.");
    bind_value<NicAddress>(module, "NicAddress", "An address of a network interface.");
    bind_value<Nic>(module, "Nic", "A network interface.");
    bind_value<Route>(module, "Route", "Which way the kernel sends packets for one destination.");
    bind_value<Filesystem>(module, "Filesystem", "The file system that holds a path.");
    bind_value<Gpu>(module, "Gpu", "A GPU as NVML sees it.");
    bind_value<GpuLink>(module, "GpuLink", "How two GPUs of one machine reach each other.");
    bind_value<Limits>(module, "Limits", "Limits that engine processes inherit; None: unlimited.");
    bind_value<EngineEnvironment>(module, "EngineEnvironment", "A Python environment that holds an engine.");
    bind_value<ShardDigest>(module, "ShardDigest", "What one shard of a checkpoint on a host is.");
    bind_value<CheckpointDigest>(module, "CheckpointDigest", "What a checkpoint folder on a host is.");
    bind_value<NameResolution>(module, "NameResolution", "What a name resolves to on a machine.");
    bind_value<PortState>(module, "PortState", "A TCP port that was tried by binding it.");
}

}  // namespace

void bind_facts(py::module_& module) {
    bind_parts_of_machine(module);
    bind_value<Machine>(module, "Machine", "What one host's Readings mean.")
        .def("is_reached", &Machine::is_reached)
        .def("__str__", [](const Machine& self) { return show(self); })
        .def("_repr_html_", [](const Machine& self) { return show_html(self); });
    bind_value<HostPath>(module, "HostPath", "A measured way from one host to another.");
    bind_value<Cluster>(module, "Cluster", "Machines together, and how they reach each other.")
        .def("find", &find, py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const Cluster& self) { return show(self); });

    module.def("interpret", py::overload_cast<const Readings&>(&interpret), py::arg("readings"),
               "What readings mean. What a host did not say is a Gap, never an exception.");
    module.def("interpret", py::overload_cast<const Recording&>(&interpret), py::arg("recording"));
    module.def("show", py::overload_cast<const Machine&>(&show), py::arg("machine"));
    module.def("show", py::overload_cast<const Cluster&>(&show), py::arg("cluster"));
    module.def("show_html", py::overload_cast<const Machine&>(&show_html), py::arg("machine"));
}

}  // namespace r1cluster::python
