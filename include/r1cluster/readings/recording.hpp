// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// Relative path -> bytes. host/ writes and reads such a folder on disk.
using Folder = std::map<std::string, std::string>;

/// The folder form of a Recording, for people to browse:
///
///     recording.json                  format version, order of hosts, probes
///     checkpoint/config.json ...      small files and shard headers, if any
///     <host>/root/proc/meminfo        files as the host has them
///     <host>/documents/nccl_topology  what other tools wrote about it (see import.hpp)
///     <host>/readings.json            links, listings, calls, files of one short line, and files that could not be
///     read
///
/// Host names and paths that cannot be file names are percent-encoded.
Folder to_folder(const Recording& recording);

/// The reverse; from_folder(to_folder(r)) == r. Throws Error (invalid_input) that names the file for
/// anything that is missing, malformed, or of another format version.
Recording from_folder(const Folder& folder);

/// What scrub() replaced, for the user to see: "host names: 2, MAC addresses: 4".
struct Scrubbed {
    Recording recording;
    std::map<std::string, int> replaced;  ///< kind -> how many distinct values
    bool operator==(const Scrubbed&) const = default;
};

/// Replaces host names, MAC and IP addresses, UUIDs, serial numbers and user names by made-up ones,
/// consistently over the whole recording, so that structure and equality survive. Loopback,
/// unspecified and netmask-like addresses stay.
Scrubbed scrub(const Recording& recording);

}  // namespace r1cluster
