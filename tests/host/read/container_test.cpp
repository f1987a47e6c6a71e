// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

const std::string limits_line = "Max locked memory         8388608              8388608              bytes     \n";

Machine machine_of(const MadeTree& tree) {
    Readings readings;
    detail::read_services(tree.below(readings));
    detail::read_container_runtimes(tree.below(readings));
    return interpret(readings);
}

ContainerRuntime docker_with(const Files& files) {
    const MadeTree tree(files);
    tree.file("/usr/bin/docker", "");
    const Machine machine = machine_of(tree);
    REQUIRE(machine.container_runtimes.size() == 1);
    return machine.container_runtimes[0];
}

/// Somebody who listens at a path.
class Listener {
public:
    explicit Listener(const std::string& path) : descriptor_(socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(descriptor_, 1) == 0);
    }
    ~Listener() { close(descriptor_); }

private:
    int descriptor_;
};

}  // namespace

TEST_CASE("a host without docker and podman has no container runtime", "[host/read]") {
    CHECK(machine_of(MadeTree()).container_runtimes.empty());
}

TEST_CASE("docker without settings gives 64 MiB of shared memory and the limits of containerd", "[host/read]") {
    const ContainerRuntime docker = docker_with({{"/proc/700/comm", "dockerd\n"},
                                                 {"/proc/700/limits", "Max locked memory unlimited unlimited bytes\n"},
                                                 {"/proc/600/comm", "containerd\n"},
                                                 {"/proc/600/limits", limits_line}});
    CHECK(docker.path == "/usr/bin/docker");
    CHECK(docker.shm_bytes == 67108864);
    CHECK(docker.memlock_bytes == Limit{8388608});
    CHECK(docker.memlock_because == "inherited from containerd");
    CHECK_FALSE(docker.gives_gpus);
    CHECK(docker.is_usable == false);
    CHECK(docker.because == "/var/run/docker.sock: No such file or directory");
}

TEST_CASE("docker is usable where its socket takes connections, and not where nobody listens", "[host/read]") {
    const MadeTree tree(Files{{"/usr/bin/docker", ""}});
    tree.directory("/var/run");
    {
        Readings readings;
        const Listener listener(tree.below(readings).on_disk("/var/run/docker.sock"));
        CHECK(machine_of(tree).container_runtimes.at(0).is_usable == true);
    }
    CHECK(machine_of(tree).container_runtimes.at(0).because == "/var/run/docker.sock: Connection refused");
}

TEST_CASE("settings of docker's daemon change what a container gets", "[host/read]") {
    const ContainerRuntime docker = docker_with({{"/etc/docker/daemon.json",
                                                  R"({"default-runtime": "nvidia", "default-shm-size": "16G",
                          "default-ulimits": {"memlock": {"Name": "memlock", "Hard": -1, "Soft": -1}},
                          "runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}})"}});
    CHECK(docker.gives_gpus);
    CHECK(docker.gpus_because == "runtime \"nvidia\" in /etc/docker/daemon.json");
    CHECK(docker.shm_bytes == 17179869184);
    CHECK(docker.memlock_bytes == unlimited);
    CHECK(docker.memlock_because == "default-ulimits in /etc/docker/daemon.json: unlimited");
}

TEST_CASE("a limit that cannot be seen is no unlimited one", "[host/read]") {
    const MadeTree tree(Files{{"/usr/bin/docker", ""}});
    const Machine machine = machine_of(tree);
    CHECK(machine.container_runtimes.at(0).memlock_because == "not known: no process containerd or dockerd shows");
    CHECK(std::count_if(machine.gaps.begin(), machine.gaps.end(),
                        [](const Gap& gap) { return gap.subject == "locked memory of containers"; }) == 1);
}

TEST_CASE("broken settings of docker are a gap", "[host/read]") {
    const MadeTree tree(Files{{"/usr/bin/docker", ""}, {"/etc/docker/daemon.json", "{\"runtimes\": "}});
    const Machine machine = machine_of(tree);
    const auto gap = std::find_if(machine.gaps.begin(), machine.gaps.end(),
                                  [](const Gap& one) { return one.subject == "settings of docker"; });
    REQUIRE(gap != machine.gaps.end());
    CHECK(gap->because.starts_with("/etc/docker/daemon.json:1:"));
}

TEST_CASE("a CDI specification of NVIDIA gives GPUs to podman and docker alike", "[host/read]") {
    for (const std::string text : {"---\ncdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices: []\n",
                                   "{\"cdiVersion\": \"0.5.0\", \"kind\": \"nvidia.com/gpu\", \"devices\": []}"}) {
        const MadeTree tree(
            Files{{"/usr/bin/podman", ""},
                  {"/etc/cdi/nvidia.yaml", text},
                  {"/etc/containers/containers.conf", "# shm_size = \"1k\"\nshm_size = \"131072k\"\n"}});
        const Machine machine = machine_of(tree);
        REQUIRE(machine.container_runtimes.size() == 1);
        CHECK(machine.container_runtimes[0].name == "podman");
        CHECK(machine.container_runtimes[0].gives_gpus);
        CHECK(machine.container_runtimes[0].gpus_because == "/etc/cdi/nvidia.yaml");
        CHECK(machine.container_runtimes[0].shm_bytes == 134217728);
    }
    const MadeTree other(Files{{"/usr/bin/podman", ""}, {"/etc/cdi/other.json", "{\"kind\": \"example.com/device\"}"}});
    CHECK_FALSE(machine_of(other).container_runtimes.at(0).gives_gpus);
}
