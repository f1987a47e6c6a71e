// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_cdi_files = 64;

bool read_program(const HostTree& tree, const std::string& name) { return find_program(tree, name).has_value(); }

/// Whether somebody listens and lets this user in; nothing is sent.
std::string connected(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw errno_error(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) throw errno_error(path, errno);
    const int number =
        connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    close(descriptor);
    if (number != 0) throw errno_error(path, number);
    return "connected";
}

/// "Max locked memory  8388608  8388608  bytes" of the process that containers descend from.
void read_daemon_limit(const HostTree& tree) {
    const auto& calls = tree.readings().calls;
    const auto answer_of = calls.find("processes()");
    if (answer_of == calls.end() || !answer_of->second.text) return;
    const auto processes = calls::parse<calls::Processes>(*answer_of->second.text, "processes()");
    // dockerd leaves the start of containers to containerd, and those inherit what it has.
    for (const char* name : {"containerd", "dockerd"}) {
        const auto process = processes.found.find(name);
        if (process == processes.found.end()) continue;
        tree.readings().calls["limits(" + process->first + ")"] = answer([&]() -> std::string {
            const OpenFile file(tree.on_disk(fmt::format("/proc/{}/limits", process->second)));
            for (const std::string& line : lines_in(file.read_all(file_limit_bytes))) {
                if (line.starts_with("Max locked memory")) return line;
            }
            throw Error(ErrorKind::not_found, name, "no line \"Max locked memory\"");
        });
        return;
    }
}

/// The kind of each specification, "nvidia.com/gpu"; the rest of it lists hundreds of files of the driver.
void read_cdi(const HostTree& tree) {
    std::size_t count = 0;
    for (const std::string folder : {"/etc/cdi", "/var/run/cdi"}) {
        for (const std::string& name : tree.names_if_there(folder)) {
            const bool is_specification = name.ends_with(".yaml") || name.ends_with(".json");
            if (!is_specification || ++count > max_cdi_files) continue;
            const std::string path = folder + "/" + name;
            tree.readings().calls["cdi(" + path + ")"] = answer([&]() -> std::string {
                const std::string text = OpenFile(tree.on_disk(path)).read_all(8 << 20);
                const std::size_t kind =
                    text.find("kind\":") != std::string::npos ? text.find("kind\":") + 6 : text.find("kind:") + 5;
                const std::size_t begin = text.find_first_not_of(" \t\"'", kind);
                const bool has_kind = text.find("kind") != std::string::npos && begin != std::string::npos;
                if (!has_kind) throw Error(ErrorKind::invalid_input, path, "it names no kind");
                return text.substr(begin, text.find_first_of("\"',\r\n", begin) - begin);
            });
        }
    }
}

}  // namespace

std::optional<std::string> find_program(const HostTree& tree, const std::string& name) {
    Answer& answer = tree.readings().calls["which(" + name + ")"];
    for (const std::string folder :
         {"/usr/bin", "/usr/local/bin", "/usr/sbin", "/usr/local/sbin", "/snap/bin", "/bin"}) {
        if (!tree.exists(folder + "/" + name)) continue;
        answer = {folder + "/" + name, ""};
        return answer.text;
    }
    answer = {std::nullopt, "not found in /usr/bin and the like", ReasonCode::not_found};
    return std::nullopt;
}

void read_container_runtimes(const HostTree& tree) {
    const bool has_docker = read_program(tree, "docker");
    const bool has_podman = read_program(tree, "podman");
    if (!has_docker && !has_podman) return;
    read_program(tree, "nvidia-container-runtime-hook");
    read_cdi(tree);
    if (has_podman) tree.file_if_there("/etc/containers/containers.conf");
    if (!has_docker) return;
    const std::string socket = "/var/run/docker.sock";
    tree.readings().calls["connect(" + socket + ")"] = answer([&] { return connected(tree.on_disk(socket)); });
    tree.file_if_there("/etc/docker/daemon.json");
    read_daemon_limit(tree);
}

}  // namespace r1cluster::detail
