// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/facts/limit.hpp"

namespace r1cluster {

/// One copy of something that is installed, from its files; nothing is run.
struct SoftwareBuild {
    /// "nccl", "cuda_toolkit", "libibverbs", "fabricmanager", "imex", "ofed", "driver_on_disk", "haproxy"
    std::string name;
    std::string version;  ///< empty: the file does not say
    std::string path;     ///< of the file; empty: unknown
    std::string package;  ///< "nvidia-nccl-cu12 2.27.3" (a wheel), "libnccl2 2.28.9-1" (dpkg); empty: none owns it
    bool operator==(const SoftwareBuild&) const = default;
};

/// A service of the host, by its process and files.
struct Service {
    std::string name;  ///< "nvidia-fabricmanager", "nvidia-imex", "nvidia-persistenced", "docker", "containerd"
    std::optional<bool> is_running;  ///< unset: unknown
    std::string version;             ///< empty: unknown
    std::string because;             ///< what says so
    bool operator==(const Service&) const = default;
};

/// What a container engine of this host would give a container without further options.
struct ContainerRuntime {
    std::string name;               ///< "docker", "podman"
    std::string path;               ///< of the executable
    std::optional<bool> is_usable;  ///< its socket answers to this user, or it needs none
    std::string because;            ///< why it can or cannot be used
    bool gives_gpus = false;        ///< NVIDIA container toolkit or a CDI specification is there
    bool has_cdi = false;           ///< GPUs are CDI devices: "nvidia.com/gpu=0"
    std::string gpus_because;       ///< "/etc/cdi/nvidia.yaml", "runtime \"nvidia\" in /etc/docker/daemon.json"
    std::optional<std::uint64_t> shm_bytes;  ///< size of /dev/shm
    std::optional<Limit> memlock_bytes;      ///< limit of locked memory; unset: not known, see memlock_because
    std::string memlock_because;             ///< where memlock_bytes comes from
    bool operator==(const ContainerRuntime&) const = default;
};

/// A packet filter that may be in the way.
struct Firewall {
    std::string name;               ///< "nftables", "iptables", "ufw", "firewalld"
    std::optional<bool> is_active;  ///< unset: unknown
    std::string because;            ///< what was seen, or why it is unknown
    bool operator==(const Firewall&) const = default;
};

/// Pages of one size that are set aside.
struct Hugepages {
    std::uint64_t page_bytes = 0;  ///< size of one page
    std::uint64_t total = 0;       ///< number of pages set aside
    std::uint64_t free = 0;        ///< number of pages that nobody uses
    bool operator==(const Hugepages&) const = default;
};

}  // namespace r1cluster
