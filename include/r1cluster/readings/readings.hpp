// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// One answer of a host, verbatim, or the reason there is none. Exactly one of the two is set.
struct Answer {
    std::optional<std::string> text;
    std::string because;  ///< why there is no text: "No such file or directory", "libnvidia-ml.so.1 not found"
    bool operator==(const Answer&) const = default;
};

/// What one host said, never interpreted. Readings save to a folder (see recording.hpp), which is at
/// once bug report, test fixture and documentation input.
struct Readings {
    std::string host;                        ///< name in the spec
    std::string reader;                      ///< "r1cluster 0.1.0"
    std::string taken_at;                    ///< by the host's own clock, RFC 3339 UTC
    std::string unreachable_because;         ///< not empty: nothing else was read
    std::map<std::string, Answer> files;     ///< absolute path -> content
    std::map<std::string, Answer> links;     ///< absolute path -> target of the symbolic link
    std::map<std::string, Answer> listings;  ///< absolute path of a folder -> sorted names, one a line
    /// System and library calls, written as calls: "uname()", "statvfs(/dev/shm)",
    /// "nvmlDeviceGetName(0)", "route(10.0.0.2)". Text is plain for one value, JSON for several.
    std::map<std::string, Answer> calls;
    /// What other tools wrote about this host, whole: kind (see import.hpp) -> text.
    std::map<std::string, std::string> documents;
    bool operator==(const Readings&) const = default;
};

/// One TCP connection that one host's agent tried to another's, with bytes sent and echoed.
struct PathProbe {
    std::string from_host;
    std::string to_host;
    std::string from_address;  ///< local end as the kernel chose it; empty when not connected
    std::string to_address;
    int to_port = 0;
    bool is_connected = false;
    std::optional<double> round_trip_us;  ///< of one small message, least of three
    std::string because;                  ///< why it did not connect
    bool operator==(const PathProbe&) const = default;
};

/// The header of one safetensors file, and what the file system says of the file.
struct ShardText {
    std::string name;                         ///< plain file name
    std::uint64_t size_bytes = 0;             ///< of the whole file
    std::uint64_t declared_header_bytes = 0;  ///< the number in its first 8 bytes
    Answer header;                            ///< the JSON that follows; no text where the number cannot be
    bool operator==(const ShardText&) const = default;
};

/// The small files of a checkpoint and the headers of its shards; no weights.
struct CheckpointText {
    std::string path;               ///< folder it was read from
    std::string config;             ///< config.json
    std::string index;              ///< model.safetensors.index.json; empty where there is none
    std::vector<ShardText> shards;  ///< ordered by name
    bool operator==(const CheckpointText&) const = default;
};

/// Everything that was read for one deployment.
struct Recording {
    std::vector<Readings> hosts;
    std::vector<PathProbe> probes;
    std::optional<CheckpointText> checkpoint;
    bool operator==(const Recording&) const = default;
};

}  // namespace r1cluster
