// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/readings/readings.hpp"
#include "r1cluster/spec/ports.hpp"
#include "readings/calls.hpp"

namespace r1cluster::detail {

/// A host of the example. Two of them differ in what identifies them alone.
struct HostIdentity {
    int number = 1;                  ///< in addresses, GUIDs and serial numbers
    std::string name;                ///< in the spec, and the host's own
    std::string address;             ///< IPv4, of ens1f0np0
    std::string peer_address;        ///< of the other host
    std::string model_path;          ///< of the spec
    std::string python;              ///< of the spec
    std::vector<PlannedPort> ports;  ///< that the host is asked to bind
};

/// Readings that are written down instead of read.
class DescribedHost {
public:
    explicit DescribedHost(HostIdentity identity);

    const HostIdentity& identity() const { return identity_; }
    const Readings& readings() const { return readings_; }

    /// A file of one line.
    void file(const std::string& path, std::string_view line);
    void file(const std::string& path, int number) { file(path, std::to_string(number)); }
    /// A file of several lines, verbatim.
    void text(const std::string& path, std::string text);
    void link(const std::string& path, std::string target);
    /// Adds names to a folder.
    void list(const std::string& folder, const std::vector<std::string>& names);
    void call(const std::string& call, std::string text);
    template <class Shape>
    void shaped_call(const std::string& call, const Shape& shape) {
        this->call(call, calls::to_text(shape));
    }
    /// A file or call that has no answer.
    void no_file(const std::string& path, std::string because, ReasonCode code);
    void no_call(const std::string& call, std::string because, ReasonCode code);

private:
    HostIdentity identity_;
    Readings readings_;
};

/// A function of the PCI bus, as sysfs shows it.
struct PciFunction {
    std::vector<std::string> way;  ///< from the root complex, "pci0000:15", down to the bridge above
    std::string address;           ///< "0000:18:00.0"
    std::string class_code, vendor, device, subsystem_vendor, subsystem_device, driver;
    int numa_node = 0;
    std::string speed;  ///< "32.0 GT/s PCIe", now and at most
    int lanes = 16;     ///< now and at most
    bool operator==(const PciFunction&) const = default;
};
void add_pci(DescribedHost& host, const PciFunction& function);
/// "../../devices/pci0000:15/0000:15:01.0/0000:18:00.0", with `prefix` in front of "devices".
std::string device_link(std::string_view prefix, const PciFunction& function);

/// The place of GPU i, and of the HCA i beside it: both are below one PCIe switch of their own.
struct PciePlace {
    int numa_node = 0;
    std::vector<std::string> gpu_way, hca_way;
    std::string gpu_address, hca_address;
};
constexpr int gpu_count = 8;
PciePlace place_of_gpu(int i);

/// Each writes one part of what a host answers.
void describe_system(DescribedHost& host);
void describe_limits(DescribedHost& host);
void describe_network(DescribedHost& host);
void describe_pci(DescribedHost& host);
void describe_gpus(DescribedHost& host);
void describe_hcas(DescribedHost& host);
void describe_software(DescribedHost& host);
void describe_services(DescribedHost& host);

}  // namespace r1cluster::detail
