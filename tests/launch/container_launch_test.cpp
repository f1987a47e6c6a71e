// SPDX-License-Identifier: Apache-2.0
// What the engine's containers are made of.
#include <fmt/ranges.h>

#include <algorithm>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "launch/launched.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::testing;

namespace {

/// The two hosts of eight GPUs of the first runbook, in containers.
struct InContainers : TwoByEight {
    explicit InContainers(RuntimeKind runtime) {
        install(cluster, {{"vllm", "0.11.1"}}, "/usr/bin/python3");
        spec.container = ContainerSpec{.runtime = runtime, .image = "vllm/vllm-openai:v0.11.1"};
        spec.model.path = "/data/hub/models--deepseek-ai--DeepSeek-R1/snapshots/56d4";
        for (Machine& machine : cluster.machines) {
            machine.container_runtimes = {
                {.name = "docker", .path = "/usr/bin/docker", .gives_gpus = true},
                {.name = "podman", .path = "/usr/bin/podman", .gives_gpus = true, .has_cdi = true}};
            machine.hcas.push_back({.name = "mlx5_0"});
        }
    }
    std::string options() const {
        const LaunchPlan plan = launched(*this);
        return fmt::format("{}", fmt::join(plan.hosts.at(0).processes.at(0).runtime.options, " "));
    }
};

}  // namespace

TEST_CASE("a container has the host's network, its GPUs and HCAs, and the checkpoint read-only", "[launch]") {
    const InContainers given(RuntimeKind::docker);
    CHECK(given.options() ==
          "--pull never --network host --init --shm-size 17179869184 --gpus all --ulimit stack=67108864 --device "
          "/dev/infiniband --cap-add IPC_LOCK --ulimit memlock=-1:-1 --mount "
          "type=bind,source=/data/hub/models--deepseek-ai--DeepSeek-R1,target=/data/hub/"
          "models--deepseek-ai--DeepSeek-R1,readonly");
    const LaunchPlan plan = launched(given);
    CHECK(plan.hosts[1].processes[0].runtime.program == "/usr/bin/docker");
    CHECK(plan.hosts[1].processes[0].runtime.image == "vllm/vllm-openai:v0.11.1");
    CHECK(plan.hosts[1].processes[0].runtime.cache_volume == "r1cluster-r1-" + given.spec.hosts[1].name);
    CHECK(says(plan, "--gpus all: all GPUs by the NVIDIA container toolkit"));
    CHECK(show(plan).find("in a container: /usr/bin/docker create --pull never") != std::string::npos);
}

TEST_CASE("Podman gives GPUs as CDI devices alone, and Docker where there is a specification", "[launch]") {
    CHECK(
        InContainers(RuntimeKind::podman).options().find("--security-opt label=disable --device nvidia.com/gpu=all") !=
        std::string::npos);
    InContainers docker(RuntimeKind::docker);
    for (Machine& machine : docker.cluster.machines) machine.container_runtimes[0].has_cdi = true;
    CHECK(docker.options().find("--device nvidia.com/gpu=all") != std::string::npos);
}

TEST_CASE("memory is pinned only where RDMA is used", "[launch]") {
    InContainers without(RuntimeKind::docker);
    for (Machine& machine : without.cluster.machines) machine.hcas.clear();
    CHECK(without.options().find("IPC_LOCK") == std::string::npos);
    InContainers disabled(RuntimeKind::docker);
    disabled.spec.env["NCCL_IB_DISABLE"] = "1";
    CHECK(disabled.options().find("/dev/infiniband") == std::string::npos);
}

TEST_CASE("mounts and options of the spec follow what a container gets by itself", "[launch]") {
    InContainers given(RuntimeKind::docker);
    given.spec.container->mounts = {"/opt/plugins:/plugins:ro", "/scratch:/scratch"};
    given.spec.container->options = {"--cap-add", "SYS_NICE"};
    CHECK(
        given.options().ends_with("--mount type=bind,source=/opt/plugins,target=/plugins,readonly --mount "
                                  "type=bind,source=/scratch,target=/scratch --cap-add SYS_NICE"));
}

TEST_CASE("each host of a deployment runs its own container program", "[launch]") {
    InContainers given(RuntimeKind::docker);
    given.spec.hosts[1].runtime = RuntimeKind::podman;
    const LaunchPlan plan = launched(given);
    CHECK(plan.hosts[0].processes[0].runtime.kind == RuntimeKind::docker);
    CHECK(plan.hosts[1].processes[0].runtime.kind == RuntimeKind::podman);
    CHECK(plan.hosts[1].processes[0].runtime.program == "/usr/bin/podman");
}

TEST_CASE("Ray and the engine's server are in one container of the head", "[launch]") {
    InContainers given(RuntimeKind::docker);
    install(given.cluster, {{"vllm", "0.7.1"}, {"ray", "2.40.0"}}, "/usr/bin/python3");
    const LaunchPlan plan = launched(given);
    REQUIRE(plan.hosts[0].processes.size() == 1);
    const ProcessSpec& head = plan.hosts[0].processes[0];
    CHECK(head.name == "head");
    CHECK(head.ranks == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(head.wait_for.empty());
    const auto end = std::ranges::find(head.argv, "--");
    REQUIRE(end != head.argv.end());
    CHECK(fmt::format("{}", fmt::join(head.argv.begin() + 3, end, " ")) ==
          "2 /opt/vllm/bin/python -m ray.scripts.scripts start --node-ip-address 10.0.0.1 --disable-usage-stats --head "
          "--port 28000 --dashboard-host 127.0.0.1 --include-dashboard=false");
    CHECK(fmt::format("{}", fmt::join(end + 1, head.argv.end(), " "))
              .starts_with("/opt/vllm/bin/python -m vllm.entrypoints.openai.api_server --model "));
    REQUIRE(plan.hosts[1].processes.size() == 1);
    CHECK(command(plan, 1).ends_with(
        "-m ray.scripts.scripts start --node-ip-address 10.0.0.2 --disable-usage-stats --address 10.0.0.1:28000 "
        "--block"));
    for (const HostLaunch& host : plan.hosts) {
        for (const ProcessSpec& process : host.processes) CHECK(process.runtime.kind == RuntimeKind::docker);
    }
}

TEST_CASE("the proxy runs on the host, beside the engine's container", "[launch]") {
    InContainers given(RuntimeKind::docker);
    given.spec.serve.proxy.emplace();
    given.spec.serve.api_key_file = "/etc/key";
    const LaunchPlan plan = launched(given);
    CHECK(plan.hosts[0].processes.back().name == "proxy");
    CHECK(plan.hosts[0].processes.back().runtime.kind == RuntimeKind::process);
}
