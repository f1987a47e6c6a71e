// SPDX-License-Identifier: Apache-2.0
// Eight ConnectX-7 with one port of 400 Gb/s InfiniBand (NDR), each beside its GPU, and what GPUDirect RDMA needs.
// Figures: NVIDIA ConnectX-7 data sheet; texts as the mlx5 driver prints them.
#include <fmt/format.h>

#include "host/example/described_host.hpp"
#include "readings/calls_devices.hpp"
#include "readings/hca_names.hpp"

namespace r1cluster::detail {
namespace {

/// Four digits each of a 64-bit GUID: "0000:0000:0001:0003".
std::string guid_of(const DescribedHost& host, int i) {
    return fmt::format("0000:0000:{:04x}:{:04x}", host.identity().number, i + 1);
}

int lid_of(const DescribedHost& host, int i) { return 8 * host.identity().number + i + 1; }

void describe_port(DescribedHost& host, const std::string& folder, int i) {
    const std::string port = folder + "/ports/1";
    host.list(folder + "/ports", {"1"});
    host.file(port + "/state", "4: ACTIVE");
    host.file(port + "/phys_state", "5: LinkUp");
    host.file(port + "/link_layer", "InfiniBand");
    host.file(port + "/rate", "400 Gb/sec (4X NDR)");
    host.file(port + "/lid", fmt::format("0x{:x}", lid_of(host, i)));
    host.file(port + "/sm_lid", "0x1");
    host.file(port + "/gids/0", "fe80:0000:0000:0000:" + guid_of(host, i));
    host.file(port + "/gid_attrs/types/0", "IB/RoCE v1");
    host.no_file(port + "/gid_attrs/ndevs/0", "Invalid argument", ReasonCode::invalid_argument);
    host.file(port + "/pkeys/0", "0xffff");
    for (const std::string_view counter : hca_port_counters) host.file(fmt::format("{}/{}", port, counter), 0);
}

/// IP over InfiniBand: the kernel makes the interface; nobody has given it an address.
void describe_ipoib(DescribedHost& host, const PciFunction& function, int i) {
    const std::string name = fmt::format("ib{}", i), folder = "/sys/class/net/" + name;
    host.list("/sys/class/net", {name});
    host.list(folder, {"address", "device", "type"});
    host.link(folder, device_link("../../", function) + "/net/" + name);
    host.link(folder + "/device", "../../../" + function.address);
    host.link(folder + "/device/driver", "../../../../bus/pci/drivers/mlx5_core");
    host.file(folder + "/device/numa_node", function.numa_node);
    host.file(folder + "/address", fmt::format("00:00:00:00:fe:80:00:00:00:00:00:00:00:00:00:00:00:{:02x}:00:{:02x}",
                                               host.identity().number, i + 1));
    host.file(folder + "/operstate", "up");
    host.file(folder + "/carrier", 1);
    host.file(folder + "/flags", "0x1003");
    host.file(folder + "/mtu", 2044);
    host.file(folder + "/speed", 400'000);
    host.file(folder + "/type", 32);
    host.file(folder + "/uevent", "INTERFACE=" + name);
    const std::string hca = fmt::format("{}/mlx5_{}", hca_folder, i);
    host.list(hca + "/device/net", {name});
    host.file(hca + "/device/net/" + name + "/dev_port", 0);
}

void describe_verbs(DescribedHost& host, const std::string& name, int i) {
    host.call("ibv_open_device(" + name + ")", "a context");
    host.shaped_call("ibv_query_device(" + name + ")", calls::VerbsDevice{"28.43.2566", 1});
    // IBV_PORT_ACTIVE, IBV_LINK_LAYER_INFINIBAND, IBV_MTU_4096, 4 lanes, NDR
    host.shaped_call("ibv_query_port(" + name + ", 1)", calls::VerbsPort{4, 1, 5, 2, 128, lid_of(host, i), 1});
    host.call("ibv_reg_dmabuf_mr(" + name + ")", "EBADF");  // of a descriptor that is none: the driver knows the call
    host.list(uverbs_folder, {fmt::format("uverbs{}", i)});
    host.file(fmt::format("{}/uverbs{}/ibdev", uverbs_folder, i), name);
    host.call(fmt::format("open(/dev/infiniband/uverbs{})", i), "a descriptor");
}

}  // namespace

void describe_hcas(DescribedHost& host) {
    std::vector<std::string> names;
    for (int i = 0; i < gpu_count; ++i) {
        const PciePlace place = place_of_gpu(i);
        const PciFunction function{place.hca_way, place.hca_address, "", "", "", "", "", "", place.numa_node, "", 16};
        names.push_back(fmt::format("mlx5_{}", i));
        const std::string folder = fmt::format("{}/{}", hca_folder, names.back());
        host.list(hca_folder, {names.back()});
        host.link(folder, device_link("../../", function) + "/infiniband/" + names.back());
        host.link(folder + "/device/driver", "../../../../bus/pci/drivers/mlx5_core");
        host.file(folder + "/device/numa_node", place.numa_node);
        host.file(folder + "/hca_type", "MT4129");
        host.file(folder + "/fw_ver", "28.43.2566");
        host.file(folder + "/board_id", "MT_0000000838");
        host.file(folder + "/node_guid", guid_of(host, i));
        host.file(folder + "/sys_image_guid", guid_of(host, i));
        describe_port(host, folder, i);
        describe_ipoib(host, function, i);
        describe_verbs(host, names.back(), i);
    }
    host.shaped_call("ibv_get_device_list()", names);
    host.list("/sys/module",
              {"gdrdrv", "ib_core", "ib_uverbs", "mlx5_core", "mlx5_ib", "nvidia", "nvidia_peermem", "nvidia_uvm"});
    host.file("/sys/module/nvidia_peermem/version", "580.95.05");
    host.file("/sys/module/gdrdrv/version", "2.5.1");
    host.call("kallsyms(ib_register_peer_memory_client)", "found");
}

}  // namespace r1cluster::detail
