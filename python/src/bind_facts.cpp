// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "facts/describe.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/views/views.hpp"
#include "views/describe.hpp"
#include "with_knowledge.hpp"

namespace r1cluster::python {
namespace {

std::string html_of(const Cluster& cluster) {
    std::string html;
    for (const Machine& machine : cluster.machines) html += show_html(machine);
    return html;
}

void bind_machine(py::module_& module) {
    bind_values<Limit, CpuLimit, PciLink, PciDevice, DevicePath, NvLink, GpuFabric, GpuProcess, GpuPeer, NearHca, Gpu,
                Gid>(module);
    bind_enum<PciKind>(module);
    bind_enum<NicKind>(module);
    bind_enum<NcclPath>(module);
    bind_enum<NvLinkEnd>(module);
    bind_enum<PeerAccess>(module);
    bind_enum<FabricState>(module);
    bind_enum<LinkLayer>(module);
    bind_enum<HcaPortState>(module);
    bind_enum<HcaRole>(module);
    bind_values<HcaPort, Hca, GpuDirectRdma, SoftwareBuild, Service, ContainerRuntime, Firewall, Hugepages>(module);
    bind_values<Gap, Problem, NumaNode, Cpu, NicAddress, Nic, Route, Filesystem, RouteEntry, RoutePolicy, Limits,
                ContainerImage, EngineEnvironment, ShardDigest, CheckpointDigest, NameResolution, PortState>(module);
    bind_value<Machine>(module)
        .def("is_reached", &Machine::is_reached, "False where nothing was read; unreachable_because says why.")
        .def("__str__", [](const Machine& self) { return show(self); })
        .def("_repr_html_", [](const Machine& self) { return show_html(self); })
        .def("_repr_svg_", [](const Machine& self) { return to_svg(self); });
}

void bind_cluster(py::module_& module) {
    bind_values<HostPath, RailPort, Rail, Difference>(module);
    bind_value<Cluster>(module)
        .def(
            "find",
            [](const py::object& self, const std::string& host) {
                return part_of(self, value_of<Cluster>(self).find(host));
            },
            py::arg("host"), "None where there is no such host.")
        .def("__str__", [](const Cluster& self) { return show(self); })
        .def("_repr_html_", &html_of);
    bind_value<Change>(module).def("__str__", [](const Change& self) { return self.sentence; });
    module.def("device_name", &device_name, py::arg("gpu"), "Name of a GPU in DevicePath: \"gpu0\".");
    module.def("active_nvlinks", &active_nvlinks, py::arg("gpu"), "How many NVLinks are up.");
    module.def(
        "find_filesystem",
        [](const Machine& machine, const std::string& path) -> std::optional<Filesystem> {
            const Filesystem* filesystem = machine.find_filesystem(path);
            return filesystem ? std::optional(*filesystem) : std::nullopt;
        },
        py::arg("machine"), py::arg("path"),
        "The file system that was asked about by this path; None where nobody did, or it did not answer.");
    module.def(
        "find_container_runtime",
        [](const Machine& machine, const std::string& name) -> std::optional<ContainerRuntime> {
            const ContainerRuntime* runtime = machine.find_container_runtime(name);
            return runtime ? std::optional(*runtime) : std::nullopt;
        },
        py::arg("machine"), py::arg("name"), "\"docker\" or \"podman\"; None where it was not found.");
    module.def(
        "find_path",
        [](const Machine& machine, const std::string& a, const std::string& b) -> std::optional<DevicePath> {
            const DevicePath* path = machine.find_path(a, b);
            return path ? std::optional(*path) : std::nullopt;
        },
        py::arg("machine"), py::arg("a"), py::arg("b"),
        "The path between two devices, whichever stands first; None where the pair is not known.");
}

void bind_documents(py::module_& core) {
    py::module_ module = def_room(core, "documents");
    module.def("parse_document", &parse_document, py::arg("kind"), py::arg("text"), py::arg("source"),
               "What one document of another tool says of a machine; nothing is derived. Raises InvalidInput.");
    module.def("to_nccl_topology", &to_nccl_topology, py::arg("machine"), "The machine as NCCL_TOPO_FILE takes it.");
    module.def("to_hwloc_text", &to_hwloc_text, py::arg("machine"),
               "NUMA nodes, bridges and devices as lstopo prints.");
    module.def("to_dot", &to_dot, py::arg("machine"), "The machine as a graph for Graphviz.");
}

/// What discover() gives is taken as the machine that it means, too.
void bind_views(py::module_& core) {
    core.def("interpret", with_knowledge(py::overload_cast<const Readings&, const Knowledge&>(&interpret)),
             py::arg("readings"), py::kw_only(), py::arg("knowledge") = py::none(),
             "What readings mean: a Machine of Readings, a Cluster of a Recording. What a host did not say is a Gap,\n"
             "never an exception.");
    core.def("interpret", with_knowledge(py::overload_cast<const Recording&, const Knowledge&>(&interpret)),
             py::arg("recording"), py::kw_only(), py::arg("knowledge") = py::none());
    core.def("show", py::overload_cast<const Machine&>(&show), py::arg("machine"));
    core.def(
        "show", [](const Readings& readings) { return show(interpret(readings)); }, py::arg("readings"));
    core.def("show", py::overload_cast<const Cluster&>(&show), py::arg("cluster"));
    core.def("show", py::overload_cast<const std::vector<Change>&>(&show), py::arg("changes"));
    core.def("show_matrix", &show_matrix, py::arg("machine"),
             "The matrix of `nvidia-smi topo -m`, with HCAs, their rates, and where GPUDirect RDMA is used.");
    core.def("to_svg", &to_svg, py::arg("machine"),
             "A picture of a machine, or of what discover() read; what is wrong is red.");
    core.def(
        "to_svg", [](const Readings& readings) { return to_svg(interpret(readings)); }, py::arg("readings"));
    core.def("compare", py::overload_cast<const Cluster&, const Cluster&>(&compare), py::arg("before"),
             py::arg("after"),
             "What differs: between two readings of the same machines, worse changes first; between our shard plan\n"
             "and the engine's, a line for each tensor of a rank; between two layouts, a row for each difference.");
    core.def("show_html", py::overload_cast<const Machine&>(&show_html), py::arg("machine"));
    core.def("show_html", &html_of, py::arg("cluster"));
}

}  // namespace

void bind_facts(py::module_& core) {
    py::module_ module = def_room(core, "facts");
    bind_machine(module);
    bind_cluster(module);
    bind_documents(core);
    bind_views(core);
    py::type(core.attr("readings").attr("Readings")).attr("_repr_html_") =
        py::cpp_function([](const Readings& self) { return show_html(interpret(self)); }, py::name("_repr_html_"),
                         py::is_method(core.attr("readings").attr("Readings")));
}

}  // namespace r1cluster::python
