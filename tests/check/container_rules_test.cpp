// SPDX-License-Identifier: Apache-2.0
// The rules about containers, each broken once.
#include "check/two_hosts.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

/// Both hosts have Docker, Podman, the GPUs for both, and the image.
struct TwoHostsWithImages : TwoHosts {
    explicit TwoHostsWithImages(RuntimeKind runtime = RuntimeKind::docker) {
        spec.container = ContainerSpec{.runtime = runtime, .image = "vllm/vllm-openai:v0.11.1"};
        for (Machine& machine : cluster.machines) {
            machine.cpu.architecture = "x86_64";
            machine.image =
                ContainerImage{.name = spec.container->image, .id = "sha256:0123456789abcdef", .architecture = "amd64"};
            machine.container_runtimes = {
                {.name = "docker", .path = "/usr/bin/docker", .is_usable = true, .gives_gpus = true},
                {.name = "podman", .path = "/usr/bin/podman", .is_usable = true, .gives_gpus = true, .has_cdi = true}};
        }
    }
    ContainerRuntime& docker(int index) { return machine(index).container_runtimes[0]; }
    std::string text(const std::string& id) const {
        std::string all;
        for (const Finding& finding : findings(id)) all += (all.empty() ? "" : "\n") + text_of(finding);
        return all;
    }
};

}  // namespace

TEST_CASE("a deployment without containers is asked for none", "[check]") {
    const TwoHosts hosts;
    for (const char* id : {"container.runtime", "container.image", "container.same_image", "container.gpus"})
        CHECK(hosts.passed(id) == "0 of 0");
}

TEST_CASE("a good host of a deployment in containers passes each rule", "[check]") {
    const TwoHostsWithImages hosts;
    for (const char* id : {"container.runtime", "container.image", "container.gpus"})
        CHECK(hosts.passed(id) == "2 of 2");
    CHECK(hosts.passed("container.same_image") == "1 of 1");
    CHECK(hosts.passed("limits.shm") == "0 of 0");
}

TEST_CASE("a host without Docker is told to install it", "[check]") {
    TwoHostsWithImages hosts;
    hosts.machine(1).container_runtimes.clear();
    hosts.machine(1).image.reset();
    CHECK(hosts.text("container.runtime").starts_with("node1: error: there is no docker in the usual folders; "));
    hosts.spec.container->program = "/opt/docker";
    CHECK(hosts.text("container.runtime").empty());
}

TEST_CASE("a daemon that takes no connection is an error", "[check]") {
    TwoHostsWithImages hosts;
    hosts.docker(1).is_usable = false;
    hosts.docker(1).because = "/var/run/docker.sock: Permission denied";
    CHECK(hosts.text("container.runtime") ==
          "node1: error: /var/run/docker.sock: Permission denied | docker that this user may use | ssh root@gpu-1 "
          "'sudo systemctl start docker; sudo usermod -aG docker $USER'");
}

TEST_CASE("an image that is not there is an error, with the command that brings it", "[check]") {
    TwoHostsWithImages hosts;
    hosts.machine(1).image.reset();
    hosts.machine(1).engine.reset();
    const std::string because = "docker has no image of this name";
    hosts.machine(1).gaps = {{"engine.image", "image vllm/vllm-openai:v0.11.1", because, "", ReasonCode::not_found},
                             {"engine", "engine environment", "it is in the image", "", ReasonCode::not_found}};
    CHECK(hosts.text("container.image").starts_with("node1: error: image vllm/vllm-openai:v0.11.1: " + because));
    CHECK(hosts.text("container.image")
              .ends_with("| the image vllm/vllm-openai:v0.11.1 | ssh root@gpu-1 '/usr/bin/docker pull "
                         "vllm/vllm-openai:v0.11.1'"));
    CHECK(hosts.text("engine.present").empty());  // one finding a cause
    hosts.spec.container->archive = "/images/vllm.tar";
    CHECK(hosts.text("container.image").ends_with("'/usr/bin/docker load -i /images/vllm.tar'"));
}

TEST_CASE("an image for another processor is an error", "[check]") {
    TwoHostsWithImages hosts;
    hosts.machine(1).cpu.architecture = "aarch64";
    CHECK(hosts.text("container.image") ==
          "node1: error: the image vllm/vllm-openai:v0.11.1 is for amd64 | an image for arm64, as the processor of the "
          "host | ssh root@gpu-1 '/usr/bin/docker pull --platform linux/arm64 vllm/vllm-openai:v0.11.1'");
}

TEST_CASE("one name that stands for two images is a warning", "[check]") {
    TwoHostsWithImages hosts;
    hosts.machine(1).image->id = "sha256:fedcba9876543210";
    CHECK(
        hosts.text("container.same_image") ==
        "node1: warning: the image has the id sha256:fedcba987654 | sha256:0123456789ab, as on node0 | ssh root@gpu-1 "
        "'/usr/bin/docker pull vllm/vllm-openai:v0.11.1'");
}

TEST_CASE("a runtime that cannot give GPUs is an error, and Podman needs CDI", "[check]") {
    TwoHostsWithImages docker;
    docker.docker(1).gives_gpus = false;
    CHECK(docker.text("container.gpus") ==
          "node1: error: neither the NVIDIA container toolkit nor a CDI specification is there | docker can give GPUs "
          "to a container | ssh root@gpu-1 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'");
    TwoHostsWithImages podman(RuntimeKind::podman);
    podman.machine(1).container_runtimes[1].has_cdi = false;
    CHECK(podman.text("container.gpus").starts_with("node1: error: no CDI specification of nvidia.com/gpu"));
    podman.make_cpu();
    CHECK(podman.text("container.gpus").empty());
}
