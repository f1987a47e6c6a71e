// SPDX-License-Identifier: Apache-2.0
#include "host/read/sources.hpp"

#ifdef R1CLUSTER_HAS_VERBS

#include <dlfcn.h>
#include <fmt/format.h>
#include <infiniband/verbs.h>

#include <algorithm>
#include <cerrno>

#include "host/os/files.hpp"
#include "readings/calls_devices.hpp"
#include "readings/hca_names.hpp"

namespace r1cluster::detail {
namespace {

/// libibverbs, opened for as long as this lives; it is never linked.
class Verbs {
public:
    explicit Verbs(const std::string& library) : library_(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (!library_) throw Error(ErrorKind::unavailable, "verbs", fmt::format("{} not found", library));
    }
    ~Verbs() { dlclose(library_); }
    Verbs(const Verbs&) = delete;
    Verbs& operator=(const Verbs&) = delete;

    template <class Function>
    Function function(const char* name) const {
        void* found = dlsym(library_, name);
        if (!found) throw Error(ErrorKind::unavailable, name, fmt::format("this libibverbs has no {}", name));
        return reinterpret_cast<Function>(found);
    }

private:
    void* library_;
};

#define R1CLUSTER_VERBS(verbs, name) (verbs).function<decltype(&name)>(#name)

using ListDevices = ibv_device** (*)(int*);  // verbs.h has a macro of this name
// Writes what ibv_port_attr has up to `flags`; verbs.h hides the function behind an inline one.
using QueryPort = int (*)(ibv_context*, std::uint8_t, ibv_port_attr*);

[[noreturn]] void fail(int number) { throw Error(ErrorKind::system, "", errno_text(number)); }

std::string port_of(const Verbs& verbs, ibv_context* context, int number) {
    ibv_port_attr port{};
    const int error = verbs.function<QueryPort>("ibv_query_port")(context, static_cast<std::uint8_t>(number), &port);
    if (error != 0) fail(error);
    return calls::to_text(calls::VerbsPort{port.state, port.link_layer, port.active_mtu, port.active_width,
                                           port.active_speed, port.lid, port.sm_lid});
}

/// Registers memory of a descriptor that cannot be: the error tells whether DMA-BUF is known at all, and nothing is
/// pinned. NCCL asks in the same way (src/transport/net_ib.cc, ncclIbDmaBufSupport).
std::string dmabuf_trial(const Verbs& verbs, ibv_context* context) {
    const auto register_memory = R1CLUSTER_VERBS(verbs, ibv_reg_dmabuf_mr);
    const auto deallocate = R1CLUSTER_VERBS(verbs, ibv_dealloc_pd);
    ibv_pd* domain = R1CLUSTER_VERBS(verbs, ibv_alloc_pd)(context);
    if (!domain) fail(errno);
    errno = 0;
    const ibv_mr* region = register_memory(domain, 0, 0, 0, -1, 0);
    const int number = errno;
    deallocate(domain);
    if (region || number == EBADF) return "EBADF";
    if (number == EOPNOTSUPP) return "EOPNOTSUPP";
    if (number == EPROTONOSUPPORT) return "EPROTONOSUPPORT";
    fail(number);
}

void read_device(const Verbs& verbs, ibv_device* device, const std::string& name, Readings& readings) {
    ibv_context* context = nullptr;
    int ports = 0;
    readings.calls["ibv_open_device(" + name + ")"] = answer([&]() -> std::string {
        errno = 0;
        context = R1CLUSTER_VERBS(verbs, ibv_open_device)(device);
        if (!context) fail(errno == 0 ? ENODEV : errno);
        return "a context";
    });
    if (!context) return;
    readings.calls["ibv_query_device(" + name + ")"] = answer([&] {
        ibv_device_attr attributes{};
        const int error = R1CLUSTER_VERBS(verbs, ibv_query_device)(context, &attributes);
        if (error != 0) fail(error);
        ports = attributes.phys_port_cnt;
        attributes.fw_ver[sizeof attributes.fw_ver - 1] = '\0';
        return calls::to_text(calls::VerbsDevice{attributes.fw_ver, ports});
    });
    for (int port = 1; port <= std::min(ports, max_hca_ports); ++port) {
        readings.calls[fmt::format("ibv_query_port({}, {})", name, port)] =
            answer([&] { return port_of(verbs, context, port); });
    }
    readings.calls["ibv_reg_dmabuf_mr(" + name + ")"] = answer([&] { return dmabuf_trial(verbs, context); });
    R1CLUSTER_VERBS(verbs, ibv_close_device)(context);
}

}  // namespace

void read_verbs(Readings& readings, const std::string& library) {
    readings.calls["ibv_get_device_list()"] = answer([&] {
        const Verbs verbs(library);
        int count = 0;
        errno = 0;
        ibv_device** devices = verbs.function<ListDevices>("ibv_get_device_list")(&count);
        // Without the kernel's verbs there is no list and ENOSYS: no devices.
        if (!devices && errno != ENOSYS && errno != ENOENT && errno != 0) fail(errno);
        std::vector<std::string> names;
        for (int i = 0; devices && i < std::min(count, static_cast<int>(max_hcas)); ++i) {
            names.emplace_back(R1CLUSTER_VERBS(verbs, ibv_get_device_name)(devices[i]));
            read_device(verbs, devices[i], names.back(), readings);
        }
        if (devices) R1CLUSTER_VERBS(verbs, ibv_free_device_list)(devices);
        return calls::to_text(names);
    });
}

}  // namespace r1cluster::detail

#else

void r1cluster::detail::read_verbs(Readings& readings, const std::string&) {
    readings.calls["ibv_get_device_list()"] = {std::nullopt, "built without infiniband/verbs.h"};
}

#endif
