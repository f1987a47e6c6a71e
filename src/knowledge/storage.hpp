// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "r1cluster/base/interval.hpp"

namespace r1cluster::knowledge {

/// How fast an engine loads safetensors, all ranks of a host together, by where the files lie. The rate is that of the
/// loader, which maps files into memory and copies tensor by tensor, and not of the disk alone.
struct StorageRate {
    std::string_view words;   ///< "a disk of its own"
    Interval gbytes_per_s;    ///< high: what is in the page cache already
    std::string_view source;  ///< of the interval
};

/// By the kernel's name of a file system: "ext4", "nfs4", "fuse.juicefs". Of any other, and of "", the widest.
const StorageRate& find_storage_rate(std::string_view filesystem_type);

}  // namespace r1cluster::knowledge
