// SPDX-License-Identifier: Apache-2.0
#include "check/two_hosts.hpp"
#include "r1cluster/spec/ports.hpp"

using namespace r1cluster;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

HostSpec host_spec(int index) {
    HostSpec host;
    host.name = "node" + std::to_string(index);
    host.address = "10.0.0." + std::to_string(index + 1);
    host.ssh = "root@gpu-" + std::to_string(index);
    return host;
}

Gpu gpu(int index) {
    Gpu gpu;
    gpu.nvml_index = index;
    gpu.name = "NVIDIA H100 80GB HBM3";
    gpu.memory_bytes = 80 * gib;
    gpu.memory_free_bytes = 79 * gib;
    gpu.compute_capability = "9.0";
    gpu.is_mig_enabled = false;
    return gpu;
}

Machine machine_of(const HostSpec& host) {
    Machine machine;
    machine.host = host.name;
    machine.hostname = host.name + ".example";
    machine.boot_id = "boot of " + host.name;
    machine.memory_bytes = 512 * gib;
    machine.memory_available_bytes = 500 * gib;
    machine.nics = {{"eth0", NicKind::physical, true, 100000, 9000, 0},
                    {"ib0", NicKind::infiniband, true, 400000, 4092, 0}};
    machine.nics[0].addresses = {{host.address, 24}};
    machine.filesystems = {{"/dev/shm", "/dev/shm", "tmpfs", "tmpfs", 256 * gib, 256 * gib},
                           {"/data/r1", "/data", "/dev/md0", "xfs", 4096 * gib, 100 * gib},
                           {"/root/.cache/r1cluster", "/", "/dev/sda1", "ext4", 400 * gib, 200 * gib}};
    machine.gpu_driver_version = "550.54.15";
    machine.gpus = {gpu(0), gpu(1)};
    machine.limits.open_files = Limit{1048576};
    machine.limits.memlock_bytes = unlimited;
    machine.engine = EngineEnvironment{
        "/opt/vllm/bin/python", "3.11.2", {{"vllm", "0.11.1"}, {"torch", "2.9.0"}, {"nvidia-nccl-cu12", "2.27.5"}}};
    machine.checkpoint = CheckpointDigest{
        "/data/r1", "c0", "i0", {{"a.safetensors", 1000, "h0", ""}, {"b.safetensors", 2000, "h1", ""}}};
    machine.names = {{machine.hostname, {host.address}, ""}};
    machine.clock_offset_s = 0.01;
    machine.clock_uncertainty_s = 0.02;
    return machine;
}

RankPlacement rank(int index) {
    RankPlacement rank;
    rank.rank = index;
    rank.tensor_rank = index % 2;
    rank.pipeline_rank = index / 2;
    rank.host = "node" + std::to_string(index / 2);
    rank.gpu = index % 2;
    rank.weight_bytes = 40 * gib;
    rank.memory_bytes = 72 * gib;
    return rank;
}

}  // namespace

TwoHosts::TwoHosts() {
    spec.hosts = {host_spec(0), host_spec(1)};
    spec.model.path = "/data/r1";
    spec.engine.python = "/opt/vllm/bin/python";
    spec = validated(spec);
    for (const HostSpec& host : spec.hosts) cluster.machines.push_back(machine_of(host));
    cluster.paths = {{"node0", "node1", "eth0", "10.0.0.1", "10.0.0.2", true, 40, ""},
                     {"node1", "node0", "eth0", "10.0.0.2", "10.0.0.1", true, 40, ""}};
    cluster.rails = {{0, {{"node0", "mlx5_0", 1}, {"node1", "mlx5_0", 1}}, LinkLayer::infiniband, 400, "one subnet"}};
    for (const PlannedPort& port : planned_ports(spec))
        machine(0).ports.push_back({port.address, port.port, true, "", ""});
    checkpoint.path = "/data/r1";
    checkpoint.config.dtype = "bfloat16";
    checkpoint.config.quantization =
        Quantization{.method = "fp8", .block = {128, 128}, .format = "fp8_block", .bits = 8};
    checkpoint.files = {{"a.safetensors", 1000, 100, {}}, {"b.safetensors", 2000, 100, {}}};
    layout.tensor_parallel = 2;
    layout.pipeline_parallel = 2;
    layout.ranks = {rank(0), rank(1), rank(2), rank(3)};
    settings.hosts = {{.host = "node0", .interface = "eth0", .address = "10.0.0.1"},
                      {.host = "node1", .interface = "eth0", .address = "10.0.0.2"}};
}

Decision TwoHosts::decision() const {
    return {.spec = spec,
            .cluster = cluster,
            .checkpoint = checkpoint,
            .layout = layout,
            .settings = settings,
            .launch_plan = launch_plan};
}

void TwoHosts::make_cpu() {
    for (Machine& machine : cluster.machines) {
        machine.gpus.clear();
        machine.gpu_driver_version.clear();
        machine.gaps = {{"gpus", "gpus", "libnvidia-ml.so.1 not found", "install the NVIDIA driver"}};
        machine.engine->packages = {{"vllm", "0.32.0+cpu"}, {"torch", "2.13.0"}};
    }
    for (RankPlacement& rank : layout.ranks) rank.gpu.reset();
}

std::vector<Finding> TwoHosts::findings(const std::string& id) const {
    std::vector<Finding> found;
    for (const Finding& finding : check().findings) {
        if (finding.id == id) found.push_back(finding);
    }
    return found;
}

std::string TwoHosts::passed(const std::string& id) const {
    for (const CheckedRule& rule : check().checked) {
        if (rule.id == id) return std::to_string(rule.passed) + " of " + std::to_string(rule.subjects);
    }
    return "no such rule";
}

std::string text_of(const Finding& finding) {
    return finding.subject + ": " + std::string(to_text(finding.severity)) + ": " + finding.observed + " | " +
           finding.expected + " | " + finding.remedy;
}
