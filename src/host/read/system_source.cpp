// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <sstream>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t cpuinfo_limit_bytes = 32 << 20;  // 8192 processors
constexpr std::size_t max_numa_nodes = 1024;

void read_hostname(Readings& readings) {
    std::array<char, 256> name{};
    readings.calls["gethostname()"] = answer([&] {
        if (gethostname(name.data(), name.size() - 1) != 0) throw errno_error("", errno);
        return std::string(name.data());
    });
    utsname system{};
    readings.calls["uname()"] = answer([&] {
        if (uname(&system) != 0) throw errno_error("", errno);
        return calls::to_text(
            calls::Uname{system.sysname, system.nodename, system.release, system.version, system.machine});
    });
}

calls::User current_user() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    const int number = getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    if (number != 0) throw errno_error("", number);
    if (!found) throw Error(ErrorKind::not_found, "", fmt::format("user {} has no entry", geteuid()));
    return {entry.pw_name, entry.pw_dir};
}

/// "physical id	: 0" -> "0" for the key "physical id"; empty where the line holds another key.
std::string value_of(const std::string& line, std::string_view key) {
    if (!line.starts_with(key)) return "";
    const std::size_t colon = line.find(": ");
    const std::size_t end = line.find_last_not_of(" \t", colon == std::string::npos ? colon : colon - 1);
    return colon != std::string::npos && end + 1 == key.size() ? line.substr(colon + 2) : "";
}

void read_cpuinfo(Readings& readings) {
    Answer all = file_answer("/proc/cpuinfo", cpuinfo_limit_bytes);
    if (!all.text) {
        readings.files["/proc/cpuinfo"] = readings.calls["cpuinfo()"] = all;
        return;
    }
    calls::CpuCount count;
    std::set<std::string> sockets;
    std::set<std::pair<std::string, std::string>> cores;
    std::string socket;
    std::istringstream lines(*all.text);
    for (std::string line; std::getline(lines, line);) {
        if (!value_of(line, "processor").empty()) ++count.processors;
        if (const auto id = value_of(line, "physical id"); !id.empty()) sockets.insert(socket = id);
        if (const auto id = value_of(line, "core id"); !id.empty()) cores.insert({socket, id});
    }
    count.sockets = static_cast<int>(sockets.size());
    count.cores = static_cast<int>(cores.size());
    readings.calls["cpuinfo()"] = shaped(count);
    const std::size_t first_end = all.text->find("\n\n");
    if (first_end != std::string::npos) all.text->resize(first_end + 1);
    readings.files["/proc/cpuinfo"] = all;
}

void read_numa(Readings& readings) {
    const std::string base = "/sys/devices/system/node";
    const Answer listing = readings.listings[base] = listing_answer(base);
    if (!listing.text) return;
    std::istringstream names(*listing.text);
    std::size_t count = 0;
    for (std::string name; std::getline(names, name);) {
        if (!name.starts_with("node") || name.find_first_not_of("0123456789", 4) != std::string::npos) continue;
        if (++count > max_numa_nodes) return;
        for (const char* file : {"/cpulist", "/meminfo", "/distance"}) {
            readings.files[base + "/" + name + file] = file_answer(base + "/" + name + file);
        }
    }
}

std::string folder_from(const char* variable, const std::string& home, const char* below_home) {
    const char* value = std::getenv(variable);
    return value && value[0] == '/' ? value : home + below_home;
}

}  // namespace

UserFolders user_folders() {
    std::string home = "/";
    try {
        home = current_user().home;
    } catch (const Error&) {
        // A user without an entry (a container with a bare number) has no folders of its own either.
    }
    return {folder_from("XDG_CACHE_HOME", home, "/.cache"), folder_from("XDG_STATE_HOME", home, "/.local/state")};
}

void read_system(Readings& readings) {
    for (const char* path : {"/etc/os-release", "/proc/meminfo", "/proc/sys/kernel/random/boot_id", "/proc/cmdline",
                             "/proc/driver/nvidia/version"}) {
        readings.files[path] = file_answer(path);
    }
    read_hostname(readings);
    readings.calls["getpwuid()"] = answer([] { return calls::to_text(current_user()); });
    read_cpuinfo(readings);
    read_numa(readings);
}

}  // namespace r1cluster::detail
