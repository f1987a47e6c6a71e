// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of the tables that are no engine's own: src/knowledge/tables/*.toml.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/knowledge/engine_rows.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster::knowledge {

/// What a GPU of NVIDIA is by its PCI device id, for sources that say no more (lspci, NCCL topologies).
struct GpuId {
    std::string device_id;                 ///< "0x2330"
    std::string model;                     ///< name of the model: "H100 SXM5 80GB"
    std::string compute_capability;        ///< "9.0"
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const GpuId&) const = default;
};

/// What the vendor promises of a GPU: dense rates, without structured sparsity. 0: it has no such unit or link.
struct GpuFigures {
    std::string words;                     ///< of NVML's name, in capitals, that must all be there: "A100 SXM4 80GB"
    double memory_gbytes_per_s = 0;        ///< bandwidth of its memory, in GB/s
    double bfloat16_tflops = 0;            ///< dense, in 10^12 operations per second
    double float16_tflops = 0;             ///< dense, in 10^12 operations per second
    double fp8_tflops = 0;                 ///< dense, in 10^12 operations per second; 0: no such units
    double int8_tops = 0;                  ///< dense, in 10^12 operations per second
    double nvlink_gbytes_per_s = 0;        ///< of all links together, one direction
    int pcie_generation = 0;               ///< of its link: 5
    std::string compute_capability;        ///< "9.0"
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const GpuFigures&) const = default;
};

/// A model as its publisher offers it, in several sizes.
struct FamilyMember {
    std::string name;                      ///< as the publisher writes it
    std::string family;                    ///< name of the family
    double parameters = 0;                 ///< number of parameters
    double weight_bytes = 0;               ///< of its checkpoint
    std::string architecture;              ///< class name in config.json
    std::int64_t hidden_size = 0;          ///< as in config.json
    std::int64_t intermediate_size = 0;    ///< as in config.json
    std::int64_t layers = 0;               ///< number of layers
    std::int64_t attention_heads = 0;      ///< number of query heads
    std::int64_t kv_heads = 0;             ///< number of key/value heads
    std::int64_t head_dim = 0;             ///< elements of one head
    std::int64_t vocabulary_size = 0;      ///< number of tokens
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const FamilyMember&) const = default;
};

/// The rate of one PCIe lane in NCCL's topology model.
struct NcclPcieRate {
    double gigatransfers_per_s = 0;        ///< of a lane, as sysfs has it
    double lane_gbytes_per_s = 0;          ///< one way
    bool is_default = false;               ///< where sysfs says no speed, or one that is in no row
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const NcclPcieRate&) const = default;
};

/// One NVLink in NCCL's topology model, by the compute capability of its GPU.
struct NcclNvlinkRate {
    std::string compute_capability;        ///< "8.6"; "10": of all of that major number and above; "": of any other
    double gbytes_per_s = 0;               ///< one way
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const NcclNvlinkRate&) const = default;
};

/// The link between two NUMA nodes in NCCL's topology model.
struct NcclCpuRate {
    std::string vendor;                    ///< as /proc/cpuinfo writes it: "GenuineIntel"; "": of any other
    std::optional<int> family;             ///< of CPUID; unset: any
    std::optional<int> least_model;        ///< of CPUID: this one and above; unset: any
    std::optional<int> most_model;         ///< of CPUID: this one and below; unset: any
    double gbytes_per_s = 0;               ///< one way
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const NcclCpuRate&) const = default;
};

/// How fast an engine loads safetensors, all ranks of a host together, by where the files lie. The rate is that of the
/// loader, which maps files into memory and copies tensor by tensor, and not of the disk alone.
struct StorageRate {
    std::string words;                     ///< "a disk of the host"
    std::vector<std::string> filesystems;  ///< the kernel's names; "fuse*": all that begin so; none: of any other
    Interval gbytes_per_s;                 ///< high: what is in the page cache already
    std::string source;                    ///< of the interval
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const StorageRate&) const = default;
};

/// What a host must have, whatever the model and the layout.
struct Threshold {
    std::string name;                      ///< with its unit: "disk_free_bytes"
    double value = 0;                      ///< in the unit that the name ends with
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const Threshold&) const = default;
};

/// The releases of a program beside the engine that have a feature.
struct ToolFeature {
    std::string tool;                      ///< "ray"
    std::string feature;                   ///< "token authentication"
    Releases releases;                     ///< for which the row holds
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const ToolFeature&) const = default;
};

/// What check() verifies.
struct CheckRule {
    std::string id;                        ///< of its findings: "limits.memlock"
    std::string requirement;               ///< one sentence: what must hold
    Severity severity = Severity::error;   ///< of the worst finding
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const CheckRule&) const = default;
};

/// What of a GPU's memory torch does not count: the CUDA context, NCCL and kernels.
struct ContextMemory {
    std::string what;                      ///< an Accounting, "small gpu" or "before accounting"
    int ranks = 1;                         ///< of the deployment: this many, or more up to the next row
    Interval mib;                          ///< memory of one rank's device
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const ContextMemory&) const = default;
};

/// The least driver for a release of the CUDA Toolkit.
struct CudaDriver {
    std::string cuda;                      ///< "12.4.1"
    std::string label;                     ///< "12.4 Update 1"
    std::string least_driver;              ///< on Linux, as the vendor writes it: "580.65.06"
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const CudaDriver&) const = default;
};

/// The least driver branch with which programs of any minor release of a CUDA major release run.
struct CudaFamily {
    int cuda_major = 0;                    ///< of CUDA: 12
    std::string least_driver;              ///< oldest driver that runs the family: "525.60.13"
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const CudaFamily&) const = default;
};

}  // namespace r1cluster::knowledge
