// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/units.hpp"
#include "views/changes.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_packages_named = 12;

void compare_engine(const EngineEnvironment& before, const EngineEnvironment& after, Changes& changes) {
    const std::string subject = "engine " + after.python;
    changes.text(subject, "Python", before.python_version, after.python_version);
    std::vector<std::string> gone, fresh, other;
    for (const auto& [name, version] : before.packages) {
        const auto now = after.packages.find(name);
        if (now == after.packages.end())
            gone.push_back(fmt::format("{} {}", name, version));
        else if (now->second != version)
            other.push_back(fmt::format("{} {} to {}", name, version, now->second));
    }
    for (const auto& [name, version] : after.packages) {
        if (!before.packages.count(name)) fresh.push_back(fmt::format("{} {}", name, version));
    }
    if (!gone.empty()) changes.add(subject, "packages are gone: " + first_of(gone, most_packages_named), true);
    if (!other.empty()) changes.add(subject, "packages changed: " + first_of(other, most_packages_named), false);
    if (!fresh.empty()) changes.add(subject, "packages are new: " + first_of(fresh, most_packages_named), false);
}

void compare_filesystems(const HostPair& host, Changes& changes) {
    const auto path = [](const Filesystem& files) { return files.path; };
    for (const auto& [before, after] : matched(host.before.filesystems, host.after.filesystems, path).both) {
        const std::string subject = "files " + after->path;
        changes.text(subject, "mount point", before->mount, after->mount);
        changes.text(subject, "type", before->type, after->type);
        if (before->total_bytes == 0 || after->total_bytes == 0) continue;
        changes.number<std::uint64_t>(subject, "size", before->total_bytes, after->total_bytes, true, format_bytes);
    }
}

}  // namespace

void compare_software(const HostPair& host, Changes& changes) {
    const auto& [before, after, is_made_up] = host;
    (void)is_made_up;
    const auto services = matched(before.services, after.services, [](const Service& service) { return service.name; });
    for (const Service* gone : services.gone) changes.add(gone->name, "is gone", gone->is_running.value_or(false));
    for (const Service* fresh : services.fresh) changes.add(fresh->name, "is new", false);
    for (const auto& [old, now] : services.both) {
        changes.fact(now->name, old->is_running, now->is_running, "runs now", "does not run any more", false);
        changes.text(now->name, "version", old->version, now->version);
    }
    const auto builds = matched(before.software, after.software,
                                [](const SoftwareBuild& build) { return std::pair(build.name, build.path); });
    const auto named = [](const SoftwareBuild& build) {
        return build.version.empty() ? build.path : build.version + " at " + build.path;
    };
    for (const SoftwareBuild* gone : builds.gone) changes.add(gone->name, "is gone: " + named(*gone), true);
    for (const SoftwareBuild* fresh : builds.fresh) changes.add(fresh->name, "is new: " + named(*fresh), false);
    for (const auto& [old, now] : builds.both)
        changes.text(now->name, "version at " + now->path, old->version, now->version);
    const auto name = [](const auto& one) { return one.name; };
    for (const auto& [old, now] : matched(before.container_runtimes, after.container_runtimes, name).both) {
        changes.fact(now->name, old->is_usable, now->is_usable, "is usable now",
                     "is not usable any more: " + now->because, false);
        changes.fact(now->name, old->gives_gpus, now->gives_gpus, "gives containers GPUs now",
                     "does not give containers GPUs any more", false);
    }
    for (const auto& [old, now] : matched(before.firewalls, after.firewalls, name).both) {
        changes.fact("firewall " + now->name, old->is_active, now->is_active, "is active now", "is not active any more",
                     std::nullopt);
    }
    if (before.engine && after.engine) compare_engine(*before.engine, *after.engine, changes);
    compare_filesystems(host, changes);
}

}  // namespace r1cluster::detail
