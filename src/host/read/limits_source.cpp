// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <cerrno>
#include <sstream>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

struct Resource {
    const char* call;
    __rlimit_resource_t number;
};
constexpr Resource resources[] = {
    {"getrlimit(RLIMIT_MEMLOCK)", RLIMIT_MEMLOCK}, {"getrlimit(RLIMIT_NOFILE)", RLIMIT_NOFILE},
    {"getrlimit(RLIMIT_NPROC)", RLIMIT_NPROC},     {"getrlimit(RLIMIT_AS)", RLIMIT_AS},
    {"getrlimit(RLIMIT_STACK)", RLIMIT_STACK},     {"getrlimit(RLIMIT_CORE)", RLIMIT_CORE}};

std::optional<std::uint64_t> limit_of(rlim_t value) {
    if (value == RLIM_INFINITY) return std::nullopt;
    return value;
}

/// A hierarchy of control groups: version 2 has one for everything, version 1 one for each controller.
struct Hierarchy {
    std::string controller;  ///< empty: version 2
    std::vector<const char*> files;
};
const Hierarchy hierarchies[] = {
    {"", {"/memory.max", "/cpu.max", "/cpuset.cpus.effective"}},
    {"memory", {"/memory.limit_in_bytes"}},
    {"cpu", {"/cpu.cfs_quota_us", "/cpu.cfs_period_us"}},
    {"cpuset", {"/cpuset.effective_cpus"}},
};

struct Mount {
    std::string path;
    std::string root;  ///< path in the hierarchy that the mount shows
};

/// Finds it in mountinfo: "36 25 0:31 ROOT MOUNT options - cgroup2 source superoptions".
std::optional<Mount> mount_of(const Hierarchy& hierarchy, const std::vector<std::string>& mountinfo) {
    for (const std::string& line : mountinfo) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream before(line.substr(0, dash)), after(line.substr(dash + 3));
        std::string skipped, root, mount, type, source, options;
        before >> skipped >> skipped >> skipped >> root >> mount;
        after >> type >> source >> options;
        const bool has_controller = ("," + options + ",").find("," + hierarchy.controller + ",") != std::string::npos;
        if (hierarchy.controller.empty() ? type == "cgroup2" : type == "cgroup" && has_controller) {
            return Mount{mount, root};
        }
    }
    return std::nullopt;
}

/// The limits of the group and of all above it: the least one counts.
void read_group(const HostTree& tree, const std::string& group, const Mount& mount, const Hierarchy& hierarchy) {
    std::string below = group;
    if (mount.root != "/" && below.starts_with(mount.root)) below.erase(0, mount.root.size());
    if (below.find("..") != std::string::npos) below.clear();  // a group outside what this mount shows
    while (true) {
        while (below.ends_with('/')) below.pop_back();
        for (const char* file : hierarchy.files) tree.file_if_there(mount.path + below + file);
        if (below.empty()) return;
        below.erase(below.rfind('/'));
    }
}

void read_groups(const HostTree& tree) {
    const auto groups = tree.file("/proc/self/cgroup");
    const auto mounts = tree.file("/proc/self/mountinfo");
    if (!groups || !mounts) return;
    const std::vector<std::string> mountinfo = lines_in(*mounts);
    for (const std::string& line : lines_in(*groups)) {  // "4:memory:/user" or, version 2, "0::/user"
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
        for (const Hierarchy& hierarchy : hierarchies) {
            if (names.find("," + hierarchy.controller + ",") == std::string::npos) continue;
            const auto mount = mount_of(hierarchy, mountinfo);
            if (mount) read_group(tree, line.substr(second + 1), *mount, hierarchy);
        }
    }
}

/// "CapEff:	000001ffffffffff", the one line of its status that others need.
void read_capabilities(const HostTree& tree) {
    const auto status = tree.file("/proc/self/status");
    if (!status) return;
    std::string& kept = *tree.readings().files["/proc/self/status"].text;
    kept.clear();
    for (const std::string& line : lines_in(*status)) {
        if (line.starts_with("CapEff:")) kept = line + "\n";
    }
}

void read_hugepages(const HostTree& tree) {
    const std::string base = "/sys/kernel/mm/hugepages";
    for (const std::string& size : tree.names_if_there(base)) {
        for (const char* file : {"/nr_hugepages", "/free_hugepages"}) {
            tree.file_if_there(base + "/" + size + file);
        }
    }
}

}  // namespace

void read_limits(const HostTree& tree) {
    tree.file("/proc/self/limits");
    for (const Resource& resource : resources) {
        rlimit limit{};
        tree.readings().calls[resource.call] = answer([&] {
            if (getrlimit(resource.number, &limit) != 0) throw errno_error("", errno);
            return calls::to_text(calls::Rlimit{limit_of(limit.rlim_cur), limit_of(limit.rlim_max)});
        });
    }
    tree.file("/sys/devices/system/cpu/online");
    read_groups(tree);
    read_capabilities(tree);
    read_hugepages(tree);
}

void read_container_marks(const HostTree& tree) {
    for (const char* path : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container", "/proc/1/cgroup"}) {
        tree.file_if_there(path);
    }
}

}  // namespace r1cluster::detail
