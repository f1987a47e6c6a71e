// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"
#include "readings/hca_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view modules_that_matter[] = {"gdrdrv",      "ib_core", "ib_uverbs",      "mlx5_core", "mlx5_ib",
                                                    "nv_peer_mem", "nvidia",  "nvidia_peermem", "nvidia_uvm"};
constexpr std::size_t kallsyms_limit_bytes = 128 << 20;
constexpr std::size_t gpudirect_piece_bytes = 1 << 16;

/// "found" or "absent": whether the kernel has a symbol of this name, exported or not. Names may be read by anybody,
/// addresses not. The file is made anew for each reader and is 10 MB and more, so it passes by in pieces.
std::string symbol_in(const OpenFile& kallsyms, const std::string& name) {
    const std::string wanted = " " + name;  // "0000000000000000 T name\t[ib_core]"
    std::string piece;
    for (std::uint64_t offset = 0; offset < kallsyms_limit_bytes;) {
        const std::string more = kallsyms.read(offset, gpudirect_piece_bytes);
        if (more.empty()) return "absent";
        offset += more.size();
        piece += more;
        for (std::size_t at = piece.find(wanted); at != std::string::npos; at = piece.find(wanted, at + 1)) {
            const std::size_t end = at + wanted.size();
            if (end < piece.size() && (piece[end] == '\t' || piece[end] == '\n')) return "found";
        }
        piece.erase(0, piece.size() - std::min(piece.size(), wanted.size() + 1));
    }
    throw Error(ErrorKind::invalid_input, "", "longer than 128 MiB");
}

}  // namespace

void read_gpudirect(const HostTree& tree) {
    const std::string modules = "/sys/module";
    std::string kept;
    for (const std::string& name : tree.names(modules)) {
        const auto* end = std::end(modules_that_matter);
        if (std::find(std::begin(modules_that_matter), end, name) != end) kept += name + "\n";
    }
    Answer& listing = tree.readings().listings[modules];
    if (listing.text) listing.text = kept;
    for (const char* path : {"/sys/module/nvidia_peermem/version", "/sys/kernel/mm/memory_peers/nv_mem/version",
                             "/sys/kernel/mm/memory_peers/nv_mem_nc/version", "/sys/module/gdrdrv/version"}) {
        tree.file_if_there(path);
    }
    if (lines_in(listing_answer(tree.on_disk(hca_folder)).text.value_or("")).empty()) return;
    const std::string symbol = "ib_register_peer_memory_client";
    tree.readings().calls["kallsyms(" + symbol + ")"] =
        answer([&] { return symbol_in(OpenFile(tree.on_disk("/proc/kallsyms")), symbol); });
}

}  // namespace r1cluster::detail
