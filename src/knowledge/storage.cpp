// SPDX-License-Identifier: Apache-2.0
#include "knowledge/storage.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::knowledge {
namespace {

constexpr StorageRate in_memory{"memory",
                                {3, 5, 7},
                                "65 GB in 12.5 s (ServerlessLLM, cached safetensors), R1 on two hosts in 50 to 55 s "
                                "(vllm-project/vllm#13074, warm)"};
constexpr StorageRate on_disk{
    "a disk of the host",
    {0.3, 1.5, 7},
    "15 GB in 47 s from a small cloud disk (Run:ai model streamer), 164 GiB in 290 s and "
    "65 GB in 20.6 s from NVMe (InstantTensor, ServerlessLLM), 5 to 7 GB/s where it is cached"};
constexpr StorageRate on_network{"a file system on the network",
                                 {0.15, 0.4, 7},
                                 "R1 in 30 to 40 min from Lustre and in 20 from VAST (Kempner Institute), 18 s a shard "
                                 "over 9P (vllm-project/vllm#40778), 20 s where it is cached"};
constexpr StorageRate unknown{"a file system that was not seen", {0.15, 0.8, 7}, "any of memory, disk and network"};

constexpr std::array<std::string_view, 2> of_memory{"tmpfs", "ramfs"};
constexpr std::array<std::string_view, 7> of_disk{"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs"};
constexpr std::array<std::string_view, 13> of_network{"nfs",  "nfs4", "lustre", "gpfs",  "ceph", "beegfs",  "wekafs",
                                                      "cifs", "smb3", "9p",     "ocfs2", "gfs2", "virtiofs"};

template <class Names>
bool holds(const Names& names, std::string_view type) {
    return std::find(names.begin(), names.end(), type) != names.end();
}

}  // namespace

const StorageRate& find_storage_rate(std::string_view type) {
    if (holds(of_memory, type)) return in_memory;
    if (holds(of_disk, type)) return on_disk;
    // What FUSE is for is mostly elsewhere: JuiceFS, object stores, sshfs.
    return holds(of_network, type) || type.starts_with("fuse") ? on_network : unknown;
}

}  // namespace r1cluster::knowledge
