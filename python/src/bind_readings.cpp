// SPDX-License-Identifier: Apache-2.0
#include "bindings.hpp"
#include "r1cluster/readings/import.hpp"
#include "readings/describe.hpp"

namespace r1cluster::python {
namespace {

/// File contents are bytes in Python; a C++ string would arrive as text, and need not be any.
std::map<std::string, py::bytes> folder_of(const Recording& recording) {
    std::map<std::string, py::bytes> folder;
    for (const auto& [path, content] : to_folder(recording)) folder.emplace(path, py::bytes(content));
    return folder;
}

}  // namespace

void bind_readings(py::module_& core) {
    py::module_ module = def_room(core, "readings");
    bind_enum<ReasonCode>(module);
    bind_values<Answer, Readings, PathProbe, ShardText, CheckpointText, Recording, Scrubbed, ImportedFiles>(module);

    module.def("to_folder", &folder_of, py::arg("recording"),
               "The folder form of a recording: relative path -> content.");
    module.def("from_folder", &from_folder, py::arg("folder"), "The reverse of to_folder().");
    module.def("kind_of_document", &kind_of_document, py::arg("text"),
               "\"nccl_topology\", \"hwloc\", \"nvidia_smi\", \"lspci\", \"topo_matrix\", or empty, by the content.");
    module.def("import_files", &import_files, py::arg("files"), py::arg("host"),
               "The readings of one host, made of other tools' documents and of pieces of its /sys and /proc.");
    module.def("is_imported", &is_imported, py::arg("readings"), "Whether readings come from import_files().");
    module.def("scrub", &scrub, py::arg("recording"),
               "Replaces names, addresses, UUIDs and serial numbers by made-up ones, consistently.");
}

}  // namespace r1cluster::python
