// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/knowledge/engine_rows.hpp"
#include "r1cluster/knowledge/figures.hpp"
#include "r1cluster/knowledge/rows.hpp"

namespace r1cluster {

/// What r1cluster knows of the world: GPUs, drivers, NCCL, storage, and the releases of engines. The library carries
/// the tables (src/knowledge/tables, src/engine/NAME/tables); load_knowledge() lays a folder's tables over them, so
/// that a new release of an engine is a change of data. Every row names its source.
///
/// A table is a TOML file of its member's name, one [[row]] for each row. [default] gives keys that rows leave out.
struct Knowledge {
    std::vector<knowledge::CudaDriver> cuda_drivers;      ///< CUDA releases and the drivers that they need
    std::vector<knowledge::CudaFamily> cuda_families;     ///< oldest driver of each major version of CUDA
    std::vector<knowledge::GpuId> gpu_ids;                ///< by PCI device id
    std::vector<knowledge::GpuFigures> gpus;              ///< special ones before general ones
    std::vector<knowledge::FamilyMember> model_families;  ///< a family in one piece, largest first
    std::vector<knowledge::NcclPcieRate> nccl_pcie;       ///< rate of a PCIe lane in NCCL's model
    std::vector<knowledge::NcclNvlinkRate> nccl_nvlink;   ///< special ones before general ones
    std::vector<knowledge::NcclCpuRate> nccl_cpus;        ///< special ones before general ones
    std::vector<knowledge::StorageRate> storage;          ///< rates of file systems
    std::vector<knowledge::Signature> signatures;         ///< of no engine
    std::vector<knowledge::Threshold> thresholds;         ///< bounds of rules
    std::vector<knowledge::FigureRow<knowledge::SpeedFigure>> speed_figures;    ///< in the order of the enumerators
    std::vector<knowledge::FigureRow<knowledge::LinkFigure>> link_figures;      ///< in the order of the enumerators
    std::vector<knowledge::FigureRow<knowledge::MemoryFigure>> memory_figures;  ///< in the order of the enumerators
    std::vector<knowledge::ContextMemory> context_memory;       ///< by what takes it and the number of ranks
    std::vector<knowledge::Variable> variables;                 ///< of no engine
    std::vector<knowledge::CheckRule> checks;                   ///< in the order of a report
    std::vector<knowledge::ToolFeature> tool_features;          ///< what releases of tools can do
    std::map<std::string, knowledge::EngineKnowledge> engines;  ///< by name, as in a spec

    /// The tables that the library carries.
    static const Knowledge& embedded();

    /// Without a row for an engine that is not known.
    const knowledge::EngineKnowledge& engine(std::string_view name) const;

    /// By PCI device id; nullptr: not in the table.
    const knowledge::GpuId* find_gpu_id(std::string_view device_id) const;
    /// By NVML's name ("NVIDIA H100 80GB HBM3"); nullptr: not in the table.
    const knowledge::GpuFigures* find_gpu_figures(std::string_view name) const;
    /// Those of one compute capability ("9.0"); of all where it is empty or not in the table.
    std::vector<const knowledge::GpuFigures*> gpu_figures_of_capability(std::string_view compute_capability) const;

    /// The member of this shape, or nullptr.
    const knowledge::FamilyMember* find_member(std::string_view architecture, std::int64_t hidden_size,
                                               std::int64_t intermediate_size, std::int64_t layers) const;
    /// The members of its family that are smaller, largest first. `member` is one of this Knowledge.
    std::vector<const knowledge::FamilyMember*> smaller_members(const knowledge::FamilyMember& member) const;

    /// By the kernel's name of a file system: "ext4", "nfs4", "fuse.juicefs". Of any other, and of "", the widest.
    const knowledge::StorageRate& find_storage_rate(std::string_view filesystem_type) const;

    /// Throws Error (internal) for a name that the embedded table does not have.
    double threshold(std::string_view name) const;

    /// The three numbers of a figure. The embedded table's row stands for one that this Knowledge does not have.
    const Interval& figure(knowledge::SpeedFigure name) const;
    const Interval& figure(knowledge::LinkFigure name) const;
    const Interval& figure(knowledge::MemoryFigure name) const;

    /// The row for so many ranks. Throws Error (internal) for a text that the embedded table does not have.
    const knowledge::ContextMemory& find_context_memory(std::string_view what, int ranks) const;

    /// By id. Throws Error (internal) for an id that the embedded table does not have.
    const knowledge::CheckRule& find_check(std::string_view id) const;

    /// False too for a tool or a feature that is not in the table.
    bool tool_has(std::string_view tool, std::string_view feature, const Version& version) const;
    /// The first release with the feature, as text; "": no release has it, or all have.
    std::string tool_since(std::string_view tool, std::string_view feature) const;

    /// Those of all engines and of none, in the order in which diagnose() tries them: causes before symptoms before
    /// consequences, and of one place those of engines first.
    std::vector<const knowledge::Signature*> signatures_in_order() const;

    /// A PCIe link in NCCL's model: lanes x the rate of one. Unknown lanes count as 16.
    double nccl_pcie_gbytes_per_s(std::optional<double> gigatransfers_per_s, std::optional<int> lanes) const;
    /// One NVLink in NCCL's model.
    double nccl_nvlink_gbytes_per_s(std::string_view compute_capability) const;
    /// Between two NUMA nodes in NCCL's model. `vendor` as /proc/cpuinfo writes it; family and model of CPUID.
    double nccl_between_cpus_gbytes_per_s(std::string_view vendor, int family, int model) const;

    bool operator==(const Knowledge&) const = default;
};

namespace knowledge {
/// Something wrong with a table.
struct TableProblem {
    std::string file;        ///< "gpus.toml", "ENGINE/flags.toml"
    std::size_t line = 1;    ///< from 1
    std::size_t column = 1;  ///< from 1
    std::string message;     ///< what is wrong
    bool operator==(const TableProblem&) const = default;
};
}  // namespace knowledge

/// TOML text by the name of its file: "gpus.toml", "ENGINE/flags.toml". An embedded table stands where no file has its
/// name. At most 1 MiB a file and 256 files. Throws Error (invalid_input), led by `file:line:column:`, for the first
/// problem without which a table cannot be read: text that is not TOML, an unknown table or key, a value of a wrong
/// type, a number below 0.
Knowledge parse_knowledge(const std::map<std::string, std::string>& files_by_name);

/// All problems, by file and line: those of parse_knowledge(), and rows that can be read and should not be there:
/// no source or confidence, `since` at or after `until`, two rows for one subject and release.
std::vector<knowledge::TableProblem> lint_knowledge(const std::map<std::string, std::string>& files_by_name);

/// For a terminal: the names of all tables, or the rows of one ("gpus", "ENGINE/flags") with their sources. Throws
/// Error (not_found) for an unknown table.
std::string show(const Knowledge& knowledge, std::string_view table = {});
/// The rows of one table as a JSON array. Throws as show() does.
std::string table_json(const Knowledge& knowledge, std::string_view table);

/// The embedded tables as text, by the name of their files: what a folder for load_knowledge() starts from.
const std::map<std::string, std::string>& embedded_knowledge_files();

}  // namespace r1cluster
