// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t default_shm_bytes = 64 << 20;  // docker run --shm-size, containers.conf(5) shm_size
constexpr auto daemon_file = "/etc/docker/daemon.json";
constexpr auto podman_file = "/etc/containers/containers.conf";

/// "64M", "65536k", "1g", "1073741824"
std::optional<std::uint64_t> size_of(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    if (text.ends_with('b')) text.pop_back();
    const std::string units = "kmgt";
    const std::size_t unit = text.empty() ? std::string::npos : units.find(text.back());
    if (unit != std::string::npos) text.pop_back();
    const auto number = number_of<std::uint64_t>(text);
    const unsigned shift = unit == std::string::npos ? 0U : 10U * static_cast<unsigned>(unit + 1);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
    return *number << shift;
}

/// What hands out GPUs.
void find_gpu_support(HostAnswers& answers, ContainerRuntime& runtime) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto path = argument_of(call, "cdi");
        if (!path || answers.call(call) != "nvidia.com/gpu") continue;
        runtime.has_cdi = true;
        runtime.gpus_because = *path;
    }
    if (!runtime.has_cdi) runtime.gpus_because = answers.call("which(nvidia-container-runtime-hook)").value_or("");
    runtime.gives_gpus = !runtime.gpus_because.empty();
}

/// The line of /proc/PID/limits of who starts containers.
void inherit_memlock(HostAnswers& answers, ContainerRuntime& docker) {
    for (const std::string name : {"containerd", "dockerd"}) {
        const std::string call = "limits(" + name + ")";
        const std::vector<std::string> words = words_of(answers.call(call).value_or(""));
        if (words.size() >= 4) {  // "Max locked memory SOFT HARD bytes"
            const auto soft = number_of<std::uint64_t>(words[3]);
            docker.memlock_bytes = soft ? Limit{*soft} : unlimited;
            docker.memlock_because = "inherited from " + name + (soft ? "" : ", which is unlimited");
            return;
        }
        if (answers.readings().calls.contains(call)) {
            docker.memlock_because = "inherited from " + name + ", whose limits were not read";
            answers.gap({"containers.memlock", "locked memory of containers"}, answers.why_no_call(call),
                        "read as root");
            return;
        }
    }
    docker.memlock_because = "not known: no process containerd or dockerd shows";
    answers.gap({"containers.memlock", "locked memory of containers"}, docker.memlock_because,
                "read on the host itself, with docker running");
}

const boost::json::value* member(const boost::json::value& value, std::string_view name) {
    return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

/// Settings of the daemon that change what a container gets.
void apply_daemon_file(HostAnswers& answers, ContainerRuntime& docker) {
    const auto text = answers.file(daemon_file);
    if (!text) {
        // No file is the normal case; one that may not be read may hold anything.
        if (answers.readings().files.contains(daemon_file)) {
            answers.gap({"containers.docker_settings", "settings of docker"}, answers.why_no_file(daemon_file),
                        "read as root");
        }
        return;
    }
    try {
        const boost::json::value settings = parse_json(*text, daemon_file);
        const auto* runtimes = member(settings, "runtimes");
        if (runtimes && member(*runtimes, "nvidia") && !docker.gives_gpus) {
            docker.gives_gpus = true;
            docker.gpus_because = fmt::format("runtime \"nvidia\" in {}", daemon_file);
        }
        if (const auto* shm = member(settings, "default-shm-size"); shm && shm->is_string()) {
            docker.shm_bytes = size_of(std::string(shm->get_string()));
        }
        const auto* limits = member(settings, "default-ulimits");
        const auto* memlock = limits ? member(*limits, "memlock") : nullptr;
        const auto* soft = memlock ? member(*memlock, "Soft") : nullptr;
        if (!soft || !soft->is_int64()) return;
        docker.memlock_bytes = soft->get_int64() < 0 ? unlimited : Limit{static_cast<std::uint64_t>(soft->get_int64())};
        docker.memlock_because =
            fmt::format("default-ulimits in {}{}", daemon_file, soft->get_int64() < 0 ? ": unlimited" : "");
    } catch (const Error& error) {
        answers.gap({"containers.docker_settings", "settings of docker"}, error.what());
    }
}

void add_docker(HostAnswers& answers, const std::string& path) {
    ContainerRuntime docker;
    docker.name = "docker";
    docker.path = path;
    const std::string call = "connect(/var/run/docker.sock)";
    docker.is_usable = answers.call(call).has_value();
    docker.because = *docker.is_usable ? "/var/run/docker.sock takes connections of this user"
                                       : "/var/run/docker.sock: " + answers.readings().calls.at(call).because;
    find_gpu_support(answers, docker);
    docker.shm_bytes = default_shm_bytes;
    apply_daemon_file(answers, docker);
    if (docker.memlock_because.empty()) inherit_memlock(answers, docker);
    answers.machine().container_runtimes.push_back(std::move(docker));
}

/// "shm_size = "65536k"" of containers.conf, where it is not commented out.
std::string podman_setting(const std::string& text, std::string_view key) {
    for (const std::string& line : lines_of(text)) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos || words_of(line.substr(0, equals)) != std::vector{std::string(key)}) continue;
        const std::size_t begin = line.find('"', equals);
        if (begin == std::string::npos) return "";
        return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
    }
    return "";
}

void add_podman(HostAnswers& answers, const std::string& path) {
    ContainerRuntime podman;
    podman.name = "podman";
    podman.path = path;
    podman.is_usable = true;
    podman.because = "it needs no service";
    find_gpu_support(answers, podman);
    const std::string shm = podman_setting(answers.file(podman_file).value_or(""), "shm_size");
    podman.shm_bytes = shm.empty() ? default_shm_bytes : size_of(shm);
    podman.memlock_bytes = answers.machine().limits.memlock_bytes;
    podman.memlock_because = "that of the process that starts it, as this one";
    answers.machine().container_runtimes.push_back(std::move(podman));
}

}  // namespace

void interpret_containers(HostAnswers& answers) {
    if (const auto path = answers.call("which(docker)");
        path && answers.readings().calls.contains("connect(/var/run/docker.sock)")) {
        add_docker(answers, *path);
    }
    if (const auto path = answers.call("which(podman)")) add_podman(answers, *path);
}

}  // namespace r1cluster::detail
