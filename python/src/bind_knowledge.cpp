// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "knowledge/describe.hpp"
#include "pybind11/stl/filesystem.h"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Release, (), (major, minor, patch, hotfix))

}  // namespace r1cluster

namespace r1cluster::python {
namespace {

using namespace knowledge;

template <class... Rows>
void bind_rows(py::module_& module) {
    (bind_fields<Rows>(module), ...);
}

Release parse_release(const std::string& text) {
    if (const auto release = Release::try_parse(text)) return *release;
    throw Error(ErrorKind::invalid_input, text,
                "\"" + text + "\" is not a release; one to four numbers are, such as \"0.11.1\"");
}

void bind_releases(py::module_& module) {
    bind_fields<Release>(module)
        .def_static("parse", &parse_release, py::arg("text"), "InvalidInput for text that is not a release.")
        .def_static("try_parse", &Release::try_parse, py::arg("text"), "None for text that is not a release.")
        .def("text", &Release::text, "Three numbers, and the hotfix if it is not 0.")
        .def("__str__", &Release::text);
    struct_codec<Release>().text = [](const void* value) { return static_cast<const Release*>(value)->text(); };
    bind_fields<Releases>(module)
        .def("contain", &Releases::contain, py::arg("version"), "None, an unknown version, counts as the newest.")
        .def("overlap", &Releases::overlap, py::arg("other"), "Whether a release is in both.");
    module.def("is_before", &is_before, py::arg("version"), py::arg("release"),
               "By the numbers alone: a pre-release counts as its release.");
}

void bind_tables(py::module_& module) {
    bind_enum<Confidence>(module);
    bind_enum<RunsOn>(module);
    bind_enum<SpeedFigure>(module);
    bind_enum<LinkFigure>(module);
    bind_enum<MemoryFigure>(module);
    bind_enum<EngineFeature>(module);
    bind_enum<Runner>(module);
    bind_enum<Accounting>(module);
    bind_enum<LatentCopies>(module);
    bind_enum<ExpertBuffers>(module);
    bind_enum<LogPlace>(module);
    bind_enum<RouteEffect>(module);
    bind_rows<EngineRelease, EngineFlag, Variable, CheckRule, ContextMemory, FigureRow<SpeedFigure>,
              FigureRow<LinkFigure>, FigureRow<MemoryFigure>, EngineFeatureRow, CapabilityRule, DivisionRule,
              EngineMemory, MemoryReserve, EngineOverheads, Signature, EngineRoute, EngineKnowledge, GpuId, GpuFigures,
              FamilyMember, NcclPcieRate, NcclNvlinkRate, NcclCpuRate, StorageRate, Threshold, ToolFeature, CudaDriver,
              CudaFamily, TableProblem>(module);
}

void bind_knowledge_class(py::module_& module) {
    bind_value<Knowledge>(module)
        .def_static(
            "embedded",
            [] {
                const Owner owner(Owner(), &Knowledge::embedded());
                return py::reinterpret_steal<py::typing::Optional<Knowledge>>(
                    wrap(struct_codec<Knowledge>(), owner).release());
            },
            "The tables that the library carries.")
        .def(
            "find_gpu_figures",
            [](const py::object& self, const std::string& name) {
                return part_of(self, value_of<Knowledge>(self).find_gpu_figures(name));
            },
            py::arg("name"), "By NVML's name (\"NVIDIA H100 80GB HBM3\"); None where it is not in the table.")
        .def(
            "find_gpu_id",
            [](const py::object& self, const std::string& device_id) {
                return part_of(self, value_of<Knowledge>(self).find_gpu_id(device_id));
            },
            py::arg("device_id"), "By PCI device id; None where it is not in the table.")
        .def("threshold", &Knowledge::threshold, py::arg("name"),
             "The value of this threshold; Internal for a name that the embedded table does not have.");
}

}  // namespace

void bind_knowledge(py::module_& core) {
    py::module_ module = def_room(core, "knowledge");
    bind_releases(module);
    bind_tables(module);
    bind_knowledge_class(module);
    module.def(
        "load_knowledge", [](const std::filesystem::path& folder) { return load_knowledge(folder.string()); },
        py::arg("folder"),
        "The embedded tables, with the TOML files of a folder in place of embedded ones of the same name. Raises\n"
        "NotFound without the folder, InvalidInput (file:line:column:) for a table that cannot be read.");
    module.def(
        "read_knowledge_files",
        [](const std::filesystem::path& folder) { return read_knowledge_files(folder.string()); }, py::arg("folder"),
        "The TOML files of a folder by name, as parse_knowledge() takes them.");
    module.def("parse_knowledge", &parse_knowledge, py::arg("files_by_name"),
               "TOML text by the name of its file (\"gpus.toml\", \"vllm/flags.toml\") over the embedded tables.");
    module.def("lint_knowledge", &lint_knowledge, py::arg("files_by_name"),
               "All problems of such files, by file and line; rows without a source among them.");
    module.def("embedded_knowledge_files", &embedded_knowledge_files,
               "The embedded tables as text: what a folder for load_knowledge() starts from.");
    module.def("table_json", &table_json, py::arg("knowledge"), py::arg("table"),
               "The rows of one table (\"gpus\", \"vllm/flags\") as a JSON array.");
    core.def("show", py::overload_cast<const Knowledge&, std::string_view>(&show), py::arg("knowledge"),
             py::arg("table") = "");
}

}  // namespace r1cluster::python
