// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What this machine can be asked, one function for each kind. Each writes its answers into Readings and
/// throws nothing for what it cannot see.

#include <string>
#include <vector>

#include "host/os/host_tree.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/readings/readings.hpp"
#include "readings/calls.hpp"

namespace r1cluster::detail {

void read_system(Readings& readings);    ///< OS, CPU, memory, NUMA nodes, user
void read_limits(const HostTree& tree);  ///< rlimits, control groups, capabilities, huge pages
void read_container_marks(const HostTree& tree);
void read_gpudirect(const HostTree& tree);     ///< kernel modules, and whether ib_core knows peer memory
void read_interfaces(const HostTree& tree);    ///< network interfaces and their addresses
void read_network_tables(Readings& readings);  ///< VLANs, routes and policies, by netlink
void read_firewalls(const HostTree& tree);
void read_names(const std::vector<std::string>& names, Readings& readings);
/// The kernel's choice of interface for each peer, by netlink; names are resolved first.
void read_routes(const std::vector<std::string>& peers, Readings& readings);
void read_filesystem(const std::string& path, Readings& readings);
/// The same for a folder that may not exist yet.
void read_future_filesystem(const std::string& path, Readings& readings);
/// Packages that an interpreter would find, from metadata; nothing is run. Returns the folders that hold them.
std::vector<std::string> read_python(const std::string& python, const std::string& python_path, Readings& readings);
/// What says of GPUs without any library: /proc/driver/nvidia and the environment. Never waits.
void read_gpu_files(Readings& readings);

/// The vendor's libraries, as dlopen finds them.
struct GpuLibraries {
    std::string nvml = "libnvidia-ml.so.1";
    std::string cuda = "libcuda.so.1";
};
/// NVML, then the CUDA driver where NVML shows no GPU, and whether the device nodes may be opened.
void read_gpus(const GpuLibraries& libraries, Readings& readings);
void read_nvml(const std::string& library, Readings& readings);
/// In a child process, so that no state of the CUDA driver stays in this one.
void read_cuda(const std::string& library, Readings& readings);
/// "open(PATH)", for reading and writing.
void read_device_node(const std::string& path, Readings& readings);
void read_hcas(const HostTree& tree);  ///< verbs devices by sysfs, and whether their device files may be opened
void read_verbs(Readings& readings, const std::string& library = "libibverbs.so.1");
void read_services(const HostTree& tree);            ///< processes, units and packages that matter
void read_container_runtimes(const HostTree& tree);  ///< after read_services()
void read_software(const HostTree& tree);            ///< CUDA toolkits, libraries, OFED
/// NCCL and torch of an engine's environment, after read_python().
void read_engine_software(const HostTree& tree, const std::vector<std::string>& site_packages);
/// The image of the request, "image(NAME)", and what read_python() and read_engine_software() say inside of it. Blocks
/// as long as Docker or Podman take.
void read_image(const HostTree& tree, const ReadRequest& request);
/// What is read inside: agent_main() does so when its first argument is `read_engine_verb`.
Readings read_engine_environment(const std::string& python, const std::string& python_path);
inline constexpr const char* read_engine_verb = "read-engine";
/// "haproxy(PATH)", the version of this executable from its bytes; for a plain name also "which(NAME)".
void read_proxy(const HostTree& tree, const std::string& program);
/// The executable of this name, of the usual folders: PATH belongs to whoever calls, and sudo and ssh change it. Writes
/// "which(NAME)"; nullopt: there is none.
std::optional<std::string> find_program(const HostTree& tree, const std::string& name);
/// The word behind `mark` in the bytes of a file that may be large: a version, which begins with a digit.
std::string version_in(const OpenFile& file, std::string_view mark);
void read_pci(const HostTree& tree);  ///< PCI functions that matter, and the bridges above them

/// Folders of this user by the XDG rules.
struct UserFolders {
    std::string cache;
    std::string state;
};
UserFolders user_folders();

/// The answer of one call, with a struct of readings/calls.hpp as its text.
template <class Shape>
Answer shaped(const Shape& shape) {
    return {calls::to_text(shape), ""};
}

}  // namespace r1cluster::detail
