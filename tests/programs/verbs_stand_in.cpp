// SPDX-License-Identifier: Apache-2.0
// A libibverbs with two HCAs that are none: mlx5_0 with one port, and mlx5_1, which cannot be opened.
#include <infiniband/verbs.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#undef ibv_get_device_list
#undef ibv_query_port

namespace {

ibv_device devices[2];
ibv_context context;
ibv_pd domain;

}  // namespace

extern "C" {

ibv_device** ibv_get_device_list(int* count) {
    static ibv_device* list[] = {&devices[0], &devices[1], nullptr};
    std::strcpy(devices[0].name, "mlx5_0");
    std::strcpy(devices[1].name, "mlx5_1");
    *count = 2;
    return list;
}
void ibv_free_device_list(ibv_device**) {}
const char* ibv_get_device_name(ibv_device* device) { return device->name; }
ibv_context* ibv_open_device(ibv_device* device) {
    if (device == &devices[0]) return &context;
    errno = EACCES;
    return nullptr;
}
int ibv_close_device(ibv_context*) { return 0; }
int ibv_query_device(ibv_context*, ibv_device_attr* attributes) {
    std::strcpy(attributes->fw_ver, "28.41.1000");
    attributes->phys_port_cnt = 1;
    return 0;
}
int ibv_query_port(ibv_context*, std::uint8_t, _compat_ibv_port_attr* compatible) {
    auto* port = reinterpret_cast<ibv_port_attr*>(compatible);
    port->state = IBV_PORT_INIT;
    port->link_layer = IBV_LINK_LAYER_INFINIBAND;
    port->active_mtu = IBV_MTU_4096;
    port->active_width = 2;    // 4 lanes
    port->active_speed = 128;  // NDR
    port->lid = 26;
    port->sm_lid = 1;
    return 0;
}
ibv_pd* ibv_alloc_pd(ibv_context*) { return &domain; }
int ibv_dealloc_pd(ibv_pd*) { return 0; }
ibv_mr* ibv_reg_dmabuf_mr(ibv_pd*, std::uint64_t, std::size_t, std::uint64_t, int descriptor, int) {
    errno = descriptor == -1 ? EBADF : EINVAL;
    return nullptr;
}
}
