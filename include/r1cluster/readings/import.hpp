// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/readings/recording.hpp"

namespace r1cluster {

/// The kind of a document that another tool wrote about a machine, recognised by its content:
///
///     "nccl_topology"  XML of NCCL_TOPO_DUMP_FILE, or of NCCL_TOPO_FILE as clouds ship it
///     "hwloc"          XML of `lstopo --of xml`, hwloc 2
///     "nvidia_smi"     XML of `nvidia-smi -q -x`
///     "lspci"          text of `lspci -vvv`, with or without -D and -nn
///     "topo_matrix"    text of `nvidia-smi topo -m`
///
/// Empty for any other text. Lines before the first '<' of XML, such as a shell prompt, are ignored.
std::string kind_of_document(std::string_view text);

/// Files that describe one machine, with paths relative to their folder.
struct ImportedFiles {
    Folder files;                              ///< content by path
    std::map<std::string, std::string> links;  ///< symbolic links: path -> target
    bool operator==(const ImportedFiles&) const = default;
};

/// Makes the readings of one host from documents and from copies of parts of /sys and /proc: files below a folder
/// "sys" or "proc", or a copy of /sys/class/infiniband under any name. Throws Error (invalid_input) if no file can be
/// used, or if two documents are of the same kind.
Readings import_files(const ImportedFiles& files, const std::string& host);
/// Whether readings come from import_files(); most facts were then never asked for.
bool is_imported(const Readings& readings);

}  // namespace r1cluster
