// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/readings/recording.hpp"

namespace r1cluster {

/// What other tools write about a machine, told apart by its content:
///
///     "nccl_topology"  XML of NCCL_TOPO_DUMP_FILE, or that a cloud ships for NCCL_TOPO_FILE
///     "hwloc"          XML of `lstopo --of xml`, hwloc 2
///     "nvidia_smi"     XML of `nvidia-smi -q -x`
///     "lspci"          text of `lspci -vvv`, with or without -D and -nn
///     "topo_matrix"    text of `nvidia-smi topo -m`
///
/// Empty: none of these. Lines before the first '<' of an XML, such as a shell prompt, do not matter.
std::string kind_of_document(std::string_view text);

/// Files that describe one machine, with paths relative to the folder that they came in.
struct ImportedFiles {
    Folder files;
    std::map<std::string, std::string> links;  ///< symbolic links: path -> target
    bool operator==(const ImportedFiles&) const = default;
};

/// The readings of one host, made of documents and of pieces of its /sys and /proc: files below a folder "sys" or
/// "proc", or a copy of /sys/class/infiniband, whatever its name. Throws Error (invalid_input) where no file is of
/// use, and where two are documents of the same kind.
Readings import_files(const ImportedFiles& files, const std::string& host);
/// Whether readings come from import_files(): most questions were never asked then.
bool is_imported(const Readings& readings);

}  // namespace r1cluster
