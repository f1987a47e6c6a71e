// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "facts/documents/formats.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/facts/documents.hpp"

namespace r1cluster {
namespace {

constexpr std::size_t max_bytes = 64 << 20;
constexpr std::size_t max_devices = 4096;  // of a kind; no machine has them

struct Format {
    std::string_view kind;
    std::string_view tool;  ///< as Machine::sources names it
    Machine (*parse)(std::string_view, const std::string&);
};

constexpr Format formats[] = {
    {"nccl_topology", "NCCL topology", detail::parse_nccl_topology},  {"hwloc", "hwloc", detail::parse_hwloc},
    {"nvidia_smi", "nvidia-smi -q -x", detail::parse_nvidia_smi},     {"lspci", "lspci -vvv", detail::parse_lspci},
    {"topo_matrix", "nvidia-smi topo -m", detail::parse_topo_matrix},
};

}  // namespace

Machine parse_document(std::string_view kind, std::string_view text, const std::string& source) {
    for (const Format& format : formats) {
        if (format.kind != kind) continue;
        if (text.size() > max_bytes) {
            throw Error(ErrorKind::invalid_input, source,
                        fmt::format("{}:1:1: {} bytes; expected at most 64 MiB", source, text.size()));
        }
        Machine machine = format.parse(text, source);
        const std::size_t most =
            std::max({machine.gpus.size(), machine.hcas.size(), machine.nics.size(), machine.numa_nodes.size()});
        if (most > max_devices) {
            throw Error(ErrorKind::invalid_input, source,
                        fmt::format("{}:1:1: {} GPUs, network devices or NUMA nodes; expected at most {}", source, most,
                                    max_devices));
        }
        machine.sources.emplace_back(format.tool);
        return machine;
    }
    throw Error(
        ErrorKind::invalid_input, source,
        fmt::format("{}:1:1: \"{}\" is no kind of document; expected nccl_topology, hwloc, nvidia_smi, lspci or "
                    "topo_matrix",
                    source, kind));
}

}  // namespace r1cluster
