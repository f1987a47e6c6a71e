// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <cerrno>
#include <sstream>

#include "host/read/files.hpp"
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

/// Where the memory controller is mounted and what its files are called.
struct MemoryController {
    std::string mount;
    std::string root;  ///< path in the hierarchy that the mount shows
    const char* limit_file = "";
};

/// Finds it in mountinfo: "36 25 0:31 ROOT MOUNT options - cgroup2 source superoptions".
MemoryController memory_controller(const std::string& mountinfo, bool is_v2) {
    std::istringstream lines(mountinfo);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream before(line.substr(0, dash)), after(line.substr(dash + 3));
        std::string skipped, root, mount, type, source, options;
        before >> skipped >> skipped >> skipped >> root >> mount;
        after >> type >> source >> options;
        const bool is_memory = ("," + options + ",").find(",memory,") != std::string::npos;
        if (is_v2 ? type == "cgroup2" : type == "cgroup" && is_memory) {
            return {mount, root, is_v2 ? "/memory.max" : "/memory.limit_in_bytes"};
        }
    }
    return {};
}

/// The limits of the group and of all above it: the least one counts.
void read_memory_limits(const std::string& group, const MemoryController& controller, Readings& readings) {
    std::string below = group;
    if (controller.root != "/" && below.starts_with(controller.root)) below.erase(0, controller.root.size());
    if (below.find("..") != std::string::npos) below.clear();  // a group outside what this mount shows
    while (true) {
        while (below.ends_with('/')) below.pop_back();
        const std::string path = controller.mount + below + controller.limit_file;
        readings.files[path] = file_answer(path);
        if (below.empty()) return;
        below.erase(below.rfind('/'));
    }
}

}  // namespace

void read_limits(Readings& readings) {
    readings.files["/proc/self/limits"] = file_answer("/proc/self/limits");
    for (const Resource& resource : resources) {
        rlimit limit{};
        readings.calls[resource.call] = answer([&] {
            if (getrlimit(resource.number, &limit) != 0) throw Error(ErrorKind::system, "", errno_text(errno));
            return calls::to_text(calls::Rlimit{limit_of(limit.rlim_cur), limit_of(limit.rlim_max)});
        });
    }
    const Answer groups = readings.files["/proc/self/cgroup"] = file_answer("/proc/self/cgroup");
    const Answer mounts = readings.files["/proc/self/mountinfo"] = file_answer("/proc/self/mountinfo");
    if (!groups.text || !mounts.text) return;
    std::istringstream lines(*groups.text);  // "4:memory:/user" or, version 2, "0::/user"
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
        const bool is_v2 = names == ",,";
        if (!is_v2 && names.find(",memory,") == std::string::npos) continue;
        const MemoryController controller = memory_controller(*mounts.text, is_v2);
        if (!controller.mount.empty()) read_memory_limits(line.substr(second + 1), controller, readings);
    }
}

}  // namespace r1cluster::detail
