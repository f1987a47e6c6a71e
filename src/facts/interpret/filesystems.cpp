// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {
namespace {

struct Mount {
    std::string place, type, device;
};

/// "\040" -> " ", as the kernel writes blanks, tabs, line ends and backslashes.
std::string without_octal(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto is_octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
        if (text[i] == '\\' && is_octal(i + 1) && is_octal(i + 2) && is_octal(i + 3)) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

/// Lines of proc_pid_mountinfo(5): "36 35 98:0 ROOT PLACE OPTIONS [fields] - TYPE DEVICE SUPER".
std::vector<Mount> mounts_of(const std::string& mountinfo) {
    std::vector<Mount> mounts;
    for (const std::string& line : lines_of(mountinfo)) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        const std::vector<std::string> before = words_of(std::string_view(line).substr(0, dash));
        const std::vector<std::string> after = words_of(std::string_view(line).substr(dash + 3));
        if (before.size() < 6 || after.size() < 2) continue;
        mounts.push_back({without_octal(before[4]), after[0], without_octal(after[1])});
    }
    return mounts;
}

bool holds(const std::string& place, const std::string& path) {
    return place == "/" || path == place || path.starts_with(place + "/");
}

/// The longest place that holds the path; of several mounts on one place the last hides the others.
const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
        if (holds(mount.place, path) && (!best || mount.place.size() >= best->place.size())) best = &mount;
    }
    return best;
}

}  // namespace

void interpret_filesystems(HostAnswers& answers) {
    const auto mountinfo = answers.file("/proc/self/mountinfo");
    const std::vector<Mount> mounts = mounts_of(mountinfo.value_or(""));
    if (mounts.empty()) {
        answers.gap({"mounts", "mounts"}, mountinfo ? Reason("/proc/self/mountinfo has no mounts")
                                                    : answers.why_no_file("/proc/self/mountinfo"));
    }
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto path = argument_of(call, "statvfs");
        if (!path) continue;
        const Topic topic{"filesystem." + *path, "filesystem " + *path};
        const auto status = answers.shaped<calls::Statvfs>(call, topic);
        if (!status) {
            if (!answer.text) answers.gap(topic, reason_of(answer), "ls -ld " + *path);
            continue;
        }
        Filesystem filesystem{*path, "", "", "", status->total_bytes, status->free_bytes};
        if (const Mount* mount = mount_of(mounts, status->resolved)) {
            filesystem.mount = mount->place;
            filesystem.device = mount->device;
            filesystem.type = mount->type;
        }
        answers.machine().filesystems.push_back(std::move(filesystem));
    }
}

}  // namespace r1cluster::detail
