// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_processes = 65536;
constexpr std::size_t dpkg_limit_bytes = 64 << 20;
// The kernel cuts the name of a process to 15 characters.
constexpr std::string_view processes_that_matter[] = {"nv-fabricmanage", "nvidia-imex", "nvidia-persiste", "dockerd",
                                                      "containerd",      "podman",      "firewalld"};
constexpr std::string_view units_that_matter[] = {"nvidia-fabricmanager.service", "nvidia-imex.service",
                                                  "nvidia-persistenced.service",  "docker.service",
                                                  "containerd.service",           "firewalld.service"};
/// Beginnings of package names.
constexpr std::string_view packages_that_matter[] = {"nvidia-fabricmanager",
                                                     "nvidia-imex",
                                                     "nvidia-persistenced",
                                                     "nvidia-compute-utils",
                                                     "nvidia-container-toolkit",
                                                     "docker-ce",
                                                     "docker.io",
                                                     "containerd",
                                                     "podman",
                                                     "libibverbs1",
                                                     "rdma-core",
                                                     "ofed-scripts",
                                                     "mlnx-ofed-kernel",
                                                     "doca-ofed",
                                                     "libnccl2",
                                                     "gdrcopy",
                                                     "haproxy",
                                                     "firewalld"};

template <std::size_t size>
bool is_one_of(const std::string& name, const std::string_view (&names)[size]) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

calls::Processes processes(const HostTree& tree) {
    calls::Processes result;
    // The kernel's own thread 2 has no place in the process namespace of a container.
    result.sees_host = file_answer(tree.on_disk("/proc/2/comm")).text == "kthreadd\n";
    const Answer listing = listing_answer(tree.on_disk("/proc"));
    if (!listing.text) throw Error(ErrorKind::system, "/proc", listing.because);
    std::size_t count = 0;
    for (const std::string& pid : lines_in(*listing.text)) {
        if (pid.find_first_not_of("0123456789") != std::string::npos || pid.size() > 9) continue;
        if (++count > max_processes) result.sees_host = false;
        if (count > max_processes) break;
        std::string name = file_answer(tree.on_disk("/proc/" + pid + "/comm")).text.value_or("");
        while (name.ends_with('\n')) name.pop_back();
        if (is_one_of(name, processes_that_matter)) result.found.emplace(name, std::stoi(pid));
    }
    return result;
}

/// Blocks of "Package: NAME", "Status: install ok installed", "Version: VERSION".
calls::Packages installed_packages(const std::string& status) {
    calls::Packages packages;
    std::string name, version;
    bool is_installed = false;
    const auto finish = [&] {
        const bool matters = std::any_of(std::begin(packages_that_matter), std::end(packages_that_matter),
                                         [&](std::string_view start) { return name.starts_with(start); });
        if (matters && is_installed) packages[name] = version;
        name.clear();
        is_installed = false;
    };
    for (std::size_t at = 0; at < status.size();) {
        const std::size_t end = std::min(status.find('\n', at), status.size());
        const std::string_view line(status.data() + at, end - at);
        at = end + 1;
        if (line.empty()) finish();
        if (line.starts_with("Package: ")) name = line.substr(9);
        if (line.starts_with("Version: ")) version = line.substr(9);
        if (line.starts_with("Status: ")) is_installed = line.ends_with(" ok installed");
    }
    finish();
    return packages;
}

Answer packages(const HostTree& tree) {
    const std::string status = "/var/lib/dpkg/status";
    if (tree.exists(status)) {
        return answer([&] {
            return calls::to_text(installed_packages(OpenFile(tree.on_disk(status)).read_all(dpkg_limit_bytes)));
        });
    }
    const bool has_rpm = tree.exists("/var/lib/rpm") || tree.exists("/usr/lib/sysimage/rpm");
    return {std::nullopt, has_rpm ? "the RPM database is not read" : "no package database that is known here"};
}

}  // namespace

void read_services(const HostTree& tree) {
    tree.readings().calls["processes()"] = answer([&] { return calls::to_text(processes(tree)); });
    tree.readings().calls["dpkg()"] = packages(tree);
    for (const std::string folder : {"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}) {
        std::string kept;
        for (const std::string& name : tree.names_if_there(folder)) {
            if (is_one_of(name, units_that_matter)) kept += name + "\n";
        }
        const auto listing = tree.readings().listings.find(folder);
        if (listing != tree.readings().listings.end() && listing->second.text) listing->second.text = kept;
    }
    tree.names_if_there("/proc/driver/nvidia-nvswitch/devices");
}

}  // namespace r1cluster::detail
