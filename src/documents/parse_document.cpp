// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "documents/formats.hpp"
#include "documents/values.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/documents/documents.hpp"

namespace r1cluster {
namespace {

constexpr std::size_t max_bytes = 64 << 20;

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
        if (const std::string excess = detail::excess_of(machine); !excess.empty()) {
            throw Error(ErrorKind::invalid_input, source, fmt::format("{}:1:1: {}", source, excess));
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
