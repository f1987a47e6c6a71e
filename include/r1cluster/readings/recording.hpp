// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// Relative path -> bytes. host/ writes and reads such a folder on disk.
using Folder = std::map<std::string, std::string>;

/// The folder form of a Recording, which people can browse:
///
///     recording.json                  format version, order of hosts, probes
///     checkpoint/config.json ...      small files and shard headers, if any
///     <host>/root/proc/meminfo        files as the host has them
///     <host>/documents/nccl_topology  documents of other tools (see import.hpp)
///     <host>/readings.json            links, listings, calls, files of one short line, and files that could not be
///     read
///
/// Host names and paths that cannot be file names are percent-encoded.
Folder to_folder(const Recording& recording);

/// The inverse of to_folder: from_folder(to_folder(r)) == r. Throws Error (invalid_input) that names a file
/// that is missing, malformed, or of another format version.
Recording from_folder(const Folder& folder);

/// A scrubbed recording and what was replaced: "host names: 2, MAC addresses: 4".
struct Scrubbed {
    Recording recording;                  ///< without names and addresses
    std::map<std::string, int> replaced;  ///< kind -> how many distinct values
    bool operator==(const Scrubbed&) const = default;
};

/// Replaces host names, MAC and IP addresses, UUIDs, serial numbers and user names by pseudonyms,
/// consistently in the whole recording, so that structure and equality are preserved. Loopback,
/// unspecified and netmask-like addresses are not replaced.
Scrubbed scrub(const Recording& recording);

}  // namespace r1cluster
