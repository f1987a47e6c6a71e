// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// Why something could not be seen, where code decides on it: an errno or an NVML error, named once for all sources.
enum class ReasonCode {
    not_asked,          ///< nobody asked for it
    not_found,          ///< ENOENT, ENOTDIR: seen not to be there
    no_permission,      ///< EACCES, EPERM, NVML_ERROR_NO_PERMISSION
    not_supported,      ///< NVML_ERROR_NOT_SUPPORTED: the device has no such thing
    invalid_argument,   ///< NVML_ERROR_INVALID_ARGUMENT
    no_function,        ///< NVML_ERROR_FUNCTION_NOT_FOUND, or the library is too old to have it
    no_library,         ///< the library was not found
    driver_not_loaded,  ///< NVML_ERROR_DRIVER_NOT_LOADED
    driver_mismatch,    ///< NVML_ERROR_LIB_RM_VERSION_MISMATCH
    gpu_lost,           ///< NVML_ERROR_GPU_IS_LOST
};

std::string_view to_text(ReasonCode code);

/// One answer of a host, verbatim, or the reason why there is none. Exactly one of the two is set.
struct Answer {
    std::optional<std::string> text;  ///< verbatim; unset: `because` says why there is none
    std::string because;  ///< why there is no text: "No such file or directory", "libnvidia-ml.so.1 not found"
    std::optional<ReasonCode> code;  ///< of `because`; unset: none of those, or a recording from before 0.2
    bool operator==(const Answer&) const = default;
};

/// What one host reported, without interpretation. Readings are saved to a folder (see recording.hpp) that serves
/// as bug report and test fixture.
struct Readings {
    std::string host;                        ///< name in the spec
    std::string reader;                      ///< "r1cluster 0.1.0"
    std::string taken_at;                    ///< time by the host's clock, RFC 3339 UTC
    std::string unreachable_because;         ///< if not empty, nothing else was read
    std::map<std::string, Answer> files;     ///< absolute path -> content
    std::map<std::string, Answer> links;     ///< absolute path -> target of the symbolic link
    std::map<std::string, Answer> listings;  ///< absolute path of a folder -> sorted names, one a line
    /// System and library calls, written as calls: "uname()", "statvfs(/dev/shm)",
    /// "nvmlDeviceGetName(0)", "route(10.0.0.2)". One value is plain text, several are JSON.
    std::map<std::string, Answer> calls;
    /// Complete documents of other tools about this host: kind (see import.hpp) -> text.
    std::map<std::string, std::string> documents;
    bool operator==(const Readings&) const = default;
};

/// A TCP connection that one host's agent tried to another host's agent, with an echo test.
struct PathProbe {
    std::string from_host;                ///< name in the spec
    std::string to_host;                  ///< name in the spec
    std::string from_address;             ///< local address that the kernel chose; empty if not connected
    std::string to_address;               ///< that was tried
    int to_port = 0;                      ///< that was tried
    bool is_connected = false;            ///< a TCP connection came about
    std::optional<double> round_trip_us;  ///< one small message, minimum of three
    std::string because;                  ///< why it did not connect
    bool operator==(const PathProbe&) const = default;
};

/// The header of one safetensors file, and the size of the file.
struct ShardText {
    std::string name;                         ///< plain file name
    std::uint64_t size_bytes = 0;             ///< size of the whole file
    std::uint64_t declared_header_bytes = 0;  ///< the number in its first 8 bytes
    Answer header;                            ///< the JSON that follows; no text if the number is invalid
    bool operator==(const ShardText&) const = default;
};

/// The small files of a checkpoint and the headers of its shards, without weights.
struct CheckpointText {
    std::string path;               ///< folder it was read from
    std::string config;             ///< config.json
    std::string index;              ///< model.safetensors.index.json; empty if absent
    std::vector<ShardText> shards;  ///< ordered by name
    bool operator==(const CheckpointText&) const = default;
};

/// Everything that was read for one deployment.
struct Recording {
    std::vector<Readings> hosts;               ///< in the order of the spec
    std::vector<PathProbe> probes;             ///< connections that hosts tried to each other
    std::optional<CheckpointText> checkpoint;  ///< unset: no host gave one
    bool operator==(const Recording&) const = default;
};

}  // namespace r1cluster
