// SPDX-License-Identifier: Apache-2.0
#include "readings/hca_names.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_table_entries = 1024;
// Tables have 256 entries and more, nearly all unset, and are filled from the lowest free index.
constexpr int unset_entries_before_the_end = 32;
constexpr std::size_t max_netdevs = 64;

/// The set entries of gids/ or pkeys/, and always the first, which shows that the table was looked at.
std::vector<int> read_table(const HostTree& tree, const std::string& folder) {
    std::vector<int> set;
    for (int index = 0, unset = 0; index < max_table_entries && unset < unset_entries_before_the_end; ++index) {
        const std::string path = fmt::format("{}/{}", folder, index);
        if (index > 0 && !tree.exists(path)) break;
        const auto entry = tree.file(path);
        const bool is_set = entry && !is_unset_table_entry(*entry);
        unset = is_set ? 0 : unset + 1;
        if (is_set) set.push_back(index);
        if (entry && !is_set && index > 0) tree.readings().files.erase(path);
    }
    return set;
}

void read_port(const HostTree& tree, const std::string& port) {
    for (const char* name : {"/state", "/phys_state", "/rate", "/link_layer", "/lid", "/sm_lid"}) {
        tree.file(port + name);
    }
    for (const int index : read_table(tree, port + "/gids")) {
        // EINVAL where the address belongs to another network namespace.
        tree.file(fmt::format("{}/gid_attrs/types/{}", port, index));
        tree.file(fmt::format("{}/gid_attrs/ndevs/{}", port, index));
    }
    read_table(tree, port + "/pkeys");
    for (const std::string_view counter : hca_port_counters) {
        tree.file_if_there(fmt::format("{}/{}", port, counter));
    }
}

void read_hca(const HostTree& tree, const std::string& folder) {
    tree.link(folder);
    for (const char* name : {"/node_guid", "/sys_image_guid", "/fw_ver", "/hca_type", "/board_id"}) {
        tree.file_if_there(folder + name);
    }
    tree.link_if_there(folder + "/device/driver");
    tree.file_if_there(folder + "/device/numa_node");
    std::size_t count = 0;
    for (const std::string& netdev : tree.names_if_there(folder + "/device/net")) {
        if (++count > max_netdevs) break;
        tree.file_if_there(folder + "/device/net/" + netdev + "/dev_port");
    }
    int ports = 0;
    for (const std::string& port : tree.names(folder + "/ports")) {
        if (++ports > max_hca_ports) break;
        read_port(tree, folder + "/ports/" + port);
    }
}

/// Whether this process may use the device: a container often sees the host's HCAs in /sys and has none in /dev.
void read_device_files(const HostTree& tree) {
    std::size_t count = 0;
    for (const std::string& name : tree.names(uverbs_folder)) {
        if (!name.starts_with("uverbs") || ++count > max_hcas) continue;
        tree.file(fmt::format("{}/{}/ibdev", uverbs_folder, name));
        const std::string device = "/dev/infiniband/" + name;
        tree.readings().calls["open(" + device + ")"] = answer([&]() -> std::string {
            const int descriptor = open(tree.on_disk(device).c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
            if (descriptor < 0) throw errno_error(device, errno);
            close(descriptor);
            return "a descriptor";
        });
    }
}

}  // namespace

void read_hcas(const HostTree& tree) {
    std::size_t count = 0;
    for (const std::string& name : tree.names(hca_folder)) {
        if (++count > max_hcas) break;
        read_hca(tree, fmt::format("{}/{}", hca_folder, name));
    }
    if (count > 0) read_device_files(tree);
}

}  // namespace r1cluster::detail
