// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "embedded_knowledge.hpp"
#include "facts/describe.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/views/views.hpp"
#include "views/describe.hpp"

namespace r1cluster::python {
namespace {

std::optional<Machine> find(const Cluster& cluster, const std::string& host) {
    const Machine* machine = cluster.find(host);
    return machine ? std::optional(*machine) : std::nullopt;
}

std::optional<DevicePath> path_between(const Machine& machine, const std::string& a, const std::string& b) {
    const DevicePath* path = machine.find_path(a, b);
    return path ? std::optional(*path) : std::nullopt;
}

std::string html_of(const Cluster& cluster) {
    std::string html;
    for (const Machine& machine : cluster.machines) html += show_html(machine);
    return html;
}

void bind_parts_of_machine(py::module_& module) {
    bind_value<Gap>(module, "Gap", "Something that could not be seen; never a zero.");
    bind_value<Problem>(module, "Problem", "Something that was seen and is not as it should be.");
    bind_value<NumaNode>(module, "NumaNode", "One memory node of a machine.");
    bind_value<Cpu>(module, "Cpu", "The processors of a machine.");
    bind_value<NicAddress>(module, "NicAddress", "An address of a network interface.");
    bind_value<Nic>(module, "Nic", "A network interface.");
    bind_value<Route>(module, "Route", "Which way the kernel sends packets for one destination.");
    bind_value<Filesystem>(module, "Filesystem", "The file system that holds a path.");
    bind_value<RouteEntry>(module, "RouteEntry", "An entry of the kernel's routing tables.");
    bind_value<RoutePolicy>(module, "RoutePolicy", "A rule that chooses a routing table.");
    bind_value<Limits>(module, "Limits", "Limits that engine processes inherit; None: not known.");
    bind_value<EngineEnvironment>(module, "EngineEnvironment", "A Python environment that holds an engine.");
    bind_value<ShardDigest>(module, "ShardDigest", "What one shard of a checkpoint on a host is.");
    bind_value<CheckpointDigest>(module, "CheckpointDigest", "What a checkpoint folder on a host is.");
    bind_value<NameResolution>(module, "NameResolution", "What a name resolves to on a machine.");
    bind_value<PortState>(module, "PortState", "A TCP port that was tried by binding it.");
}

void bind_devices(py::module_& module) {
    bind_enum<PciKind>(module, "PciKind", "What a PCI function is, by its class and vendor.");
    bind_enum<NicKind>(module, "NicKind", "What a network interface is.");
    bind_enum<FabricState>(module, "FabricState",
                           "How far a GPU has come with its registration with the NVLink fabric.");
    bind_value<PciLink>(module, "PciLink", "What a PCIe link does, and what its device could do.");
    bind_value<PciDevice>(module, "PciDevice", "A PCI function that decides placement.");
    bind_value<DevicePath>(module, "DevicePath", "How two devices of one machine reach each other.");
    bind_value<NvLink>(module, "NvLink", "One NVLink of one GPU.");
    bind_value<GpuFabric>(module, "GpuFabric", "What a GPU says of the NVLink fabric it belongs to.");
    bind_value<GpuProcess>(module, "GpuProcess", "A process that holds memory of a GPU.");
    bind_value<GpuPeer>(module, "GpuPeer", "Whether one GPU may reach another's memory.");
    bind_value<NearHca>(module, "NearHca", "An HCA as one GPU sees it.");
    bind_value<Gpu>(module, "Gpu", "A GPU.");
    bind_value<Gid>(module, "Gid", "One address of an HCA port.");
    bind_enum<LinkLayer>(module, "LinkLayer", "What an HCA port speaks.");
    bind_enum<HcaPortState>(module, "HcaPortState", "Logical state of an HCA port.");
    bind_enum<HcaRole>(module, "HcaRole", "What an HCA is for.");
    bind_value<HcaPort>(module, "HcaPort", "A port of an HCA.");
    bind_value<Hca>(module, "Hca", "A host channel adapter: a verbs device, InfiniBand or RoCE.");
    bind_value<GpuDirectRdma>(module, "GpuDirectRdma", "What GPUDirect RDMA needs besides a short path.");
    bind_value<SoftwareBuild>(module, "SoftwareBuild", "One copy of something that is installed.");
    bind_value<Service>(module, "Service", "A service of the host.");
    bind_value<ContainerRuntime>(module, "ContainerRuntime", "What a container engine would give a container.");
    bind_value<Firewall>(module, "Firewall", "A packet filter that may be in the way.");
    bind_value<Hugepages>(module, "Hugepages", "Pages of one size that are set aside.");
}

}  // namespace

void bind_facts(py::module_& module) {
    bind_value<Limit>(module, "Limit", "What a process may have of something: at most a value, or any amount.");
    bind_value<CpuLimit>(module, "CpuLimit", "How much time on its CPUs a control group may have.");
    bind_devices(module);
    bind_parts_of_machine(module);
    bind_value<Machine>(module, "Machine", "What one host's Readings mean.")
        .def("is_reached", &Machine::is_reached)
        .def("__str__", [](const Machine& self) { return show(self); })
        .def("_repr_html_", [](const Machine& self) { return show_html(self); })
        .def("_repr_svg_", [](const Machine& self) { return to_svg(self); });
    bind_value<HostPath>(module, "HostPath", "A measured way from one host to another.");
    bind_value<RailPort>(module, "RailPort", "An HCA port as part of a rail.");
    bind_value<Rail>(module, "Rail", "HCA ports of several hosts that face each other.");
    bind_value<Difference>(module, "Difference", "What the machines of a cluster do not have in common.");
    bind_value<Cluster>(module, "Cluster", "Machines together, and how they reach each other.")
        .def("find", &find, py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const Cluster& self) { return show(self); })
        .def("_repr_html_", &html_of);
    bind_value<Change>(module, "Change", "One thing that differs between two recordings of the same machines.")
        .def("__str__", [](const Change& self) { return self.sentence; });

    module.def("device_name", &device_name, py::arg("gpu"), "Name of a GPU in DevicePath: \"gpu0\".");
    module.def(
        "find_filesystem",
        [](const Machine& machine, const std::string& path) -> std::optional<Filesystem> {
            const Filesystem* filesystem = machine.find_filesystem(path);
            return filesystem ? std::optional(*filesystem) : std::nullopt;
        },
        py::arg("machine"), py::arg("path"),
        "The file system that was asked about by this path; None where nobody did, or it did not answer.");
    module.def("find_path", &path_between, py::arg("machine"), py::arg("a"), py::arg("b"),
               "The path between two devices, whichever stands first; None where the pair is not known.");
    // What discover() gives shows as the machine that it means, in a notebook too.
    py::reinterpret_borrow<py::class_<Readings>>(module.attr("Readings")).def("_repr_html_", [](const Readings& self) {
        return show_html(interpret(self));
    });

    module.def("interpret", with_embedded_knowledge(py::overload_cast<const Readings&, const Knowledge&>(&interpret)),
               py::arg("readings"), "What readings mean. What a host did not say is a Gap, never an exception.");
    module.def("interpret", with_embedded_knowledge(py::overload_cast<const Recording&, const Knowledge&>(&interpret)),
               py::arg("recording"));
    module.def("show", py::overload_cast<const Machine&>(&show), py::arg("machine"));
    module.def("show", py::overload_cast<const Cluster&>(&show), py::arg("cluster"));
    module.def("show", py::overload_cast<const std::vector<Change>&>(&show), py::arg("changes"));
    module.def("show_matrix", &show_matrix, py::arg("machine"),
               "The matrix of `nvidia-smi topo -m`, with HCAs, their rates, and where GPUDirect RDMA is used.");
    module.def("active_nvlinks", &active_nvlinks, py::arg("gpu"), "How many NVLinks are up.");
    module.def("parse_document", &parse_document, py::arg("kind"), py::arg("text"), py::arg("source"),
               "What one document of another tool says of a machine; nothing is derived. Raises InvalidInput.");
    module.def("to_nccl_topology", &to_nccl_topology, py::arg("machine"), "The machine as NCCL_TOPO_FILE takes it.");
    module.def("to_hwloc_text", &to_hwloc_text, py::arg("machine"),
               "NUMA nodes, bridges and devices as lstopo prints.");
    module.def("to_dot", &to_dot, py::arg("machine"), "The machine as a graph for Graphviz.");
    module.def("to_svg", &to_svg, py::arg("machine"), "A picture of the machine; what is wrong is red.");
    module.def("compare", &compare, py::arg("before"), py::arg("after"),
               "What changed from one reading to a later one, worse changes first.");
    module.def("show_html", py::overload_cast<const Machine&>(&show_html), py::arg("machine"));
}

}  // namespace r1cluster::python
