// SPDX-License-Identifier: Apache-2.0
#include "host/read/sources.hpp"

namespace r1cluster::detail {

void read_firewalls(const HostTree& tree) {
    // Each needs root to be read; that it is there tells that the kernel knows legacy iptables at all.
    tree.file("/proc/net/ip_tables_names");
    tree.file("/proc/net/ip6_tables_names");
    tree.file_if_there("/etc/ufw/ufw.conf");
    tree.file_if_there("/sys/module/nf_tables/initstate");  // "live"
    tree.names_if_there("/etc/firewalld");
}

}  // namespace r1cluster::detail
