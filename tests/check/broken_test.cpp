// SPDX-License-Identifier: Apache-2.0
// Each rule broken once: what a user is told, word for word.
#include <functional>

#include "check/two_hosts.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

using Change = std::function<void(TwoHosts&)>;

/// The findings of one rule after the change, one a line.
std::string after(const std::string& id, const Change& change) {
    TwoHosts hosts;
    change(hosts);
    std::string text;
    for (const Finding& finding : hosts.findings(id)) text += (text.empty() ? "" : "\n") + text_of(finding);
    return text;
}

void gap(TwoHosts& hosts, const std::string& key, const std::string& subject) {
    hosts.machine(1).gaps.push_back({key, subject, "Permission denied", "run as root"});
}

}  // namespace

TEST_CASE("a release that is too old to be started is an error", "[check]") {
    CHECK(after("engine.present", [](TwoHosts& hosts) { hosts.machine(1).engine->packages["vllm"] = "0.6.3"; }) ==
          "node1: error: vllm 0.6.3 | vllm 0.6.4 or later | ssh root@gpu-1 '/opt/vllm/bin/python -m pip install vllm'");
}

TEST_CASE("a host without the engine is told how to get it", "[check]") {
    CHECK(after("engine.present",
                [](TwoHosts& hosts) {
                    hosts.spec.engine.version = "0.11.1";
                    hosts.machine(1).engine->packages.erase("vllm");
                }) ==
          "node1: error: no distribution vllm there; 2 rules need it and could not be judged: engine.supports_layout, "
          "gpu.capability | vllm in the environment of /opt/vllm/bin/python | ssh root@gpu-1 "
          "'/opt/vllm/bin/python -m pip install vllm==0.11.1'");
    CHECK(
        after("engine.present",
              [](TwoHosts& hosts) {
                  hosts.machine(1).engine.reset();
                  gap(hosts, "engine", "engine environment /opt/vllm/bin/python");
              }) ==
        "node1: unknown: engine environment /opt/vllm/bin/python: Permission denied; 3 rules need it and could not be "
        "judged: engine.same_version, engine.supports_layout, gpu.capability | vllm in the environment of "
        "/opt/vllm/bin/python | run as root");
}

TEST_CASE("what the file system says is not there is an error, not unknown", "[check]") {
    CHECK(after("engine.present",
                [](TwoHosts& hosts) {
                    hosts.machine(1).engine.reset();
                    hosts.machine(1).gaps = {{"engine", "engine environment /opt/vllm/bin/python",
                                              "No such file or directory", "ls", ReasonCode::not_found}};
                }) ==
          "node1: error: engine environment /opt/vllm/bin/python: No such file or directory; 3 rules need it and could "
          "not "
          "be judged: engine.same_version, engine.supports_layout, gpu.capability | vllm in the environment of "
          "/opt/vllm/bin/python | make a Python environment with vllm there, or correct [engine] python");
    CHECK(after("checkpoint.present",
                [](TwoHosts& hosts) {
                    hosts.machine(1).checkpoint.reset();
                    hosts.machine(1).gaps = {{"checkpoint", "checkpoint /data/r1", "No such file or directory", "ls",
                                              ReasonCode::not_found}};
                }) ==
          "node1: error: checkpoint /data/r1: No such file or directory; 2 rules need it and could not be judged: "
          "checkpoint.same, checkpoint.complete | a checkpoint in /data/r1 | copy the "
          "checkpoint there, or correct [model] path");
}

TEST_CASE("a value that one GPU did not give is unknown for it", "[check]") {
    CHECK(after("gpu.mig", [](TwoHosts& hosts) {
              hosts.machine(1).gpus[0].is_mig_enabled.reset();
              gap(hosts, "gpu.0.mig", "MIG mode of GPU 0");
          }) == "node1: unknown: MIG mode of GPU 0: Permission denied | MIG is off | run as root");
    CHECK(after("gpu.capability", [](TwoHosts& hosts) {
              hosts.machine(1).gpus[0].compute_capability.clear();
              gap(hosts, "gpu.0.compute_capability", "compute capability of GPU 0");
          }) == "node1: unknown: compute capability of GPU 0: Permission denied | it is known | run as root");
    CHECK(
        after("driver.same", [](TwoHosts& hosts) {
            hosts.machine(1).gpu_driver_version.clear();
            gap(hosts, "driver.version", "GPU driver version");
        }) == "node1: unknown: GPU driver version: Permission denied | one driver version on every host | run as root");
}

TEST_CASE("another version of an engine package on one host is an error", "[check]") {
    CHECK(after("engine.same_version",
                [](TwoHosts& hosts) { hosts.machine(1).engine->packages["nvidia-nccl-cu12"] = "2.21.5"; }) ==
          "node1: error: nvidia-nccl-cu12 2.21.5 | nvidia-nccl-cu12 2.27.5, as on node0 | ssh root@gpu-1 "
          "'/opt/vllm/bin/python -m pip install nvidia-nccl-cu12==2.27.5'");
    CHECK(after("engine.same_version",
                [](TwoHosts& hosts) { hosts.machine(1).engine->packages["vllm"] = "0.11.1+cu129"; }) ==
          "node1: error: vllm 0.11.1+cu129 | vllm 0.11.1, as on node0 | ssh root@gpu-1 '/opt/vllm/bin/python -m pip "
          "install "
          "vllm==0.11.1'");
    CHECK(after("engine.same_version",
                [](TwoHosts& hosts) { hosts.machine(1).engine->packages["nvidia-nccl-cu13"] = "2.29.7"; }) ==
          "node1: error: nvidia-nccl-cu13 2.29.7 | no nvidia-nccl-cu13, as on node0 | ssh root@gpu-1 "
          "'/opt/vllm/bin/python -m pip uninstall nvidia-nccl-cu13'");
}

TEST_CASE("another version than the spec's is an error on each host that has it", "[check]") {
    CHECK(after("engine.same_version", [](TwoHosts& hosts) { hosts.spec.engine.version = "0.12.0"; }) ==
          "node0: error: vllm 0.11.1 | vllm 0.12.0, as [engine] version says | ssh root@gpu-0 '/opt/vllm/bin/python -m "
          "pip "
          "install vllm==0.12.0'\n"
          "node1: error: vllm 0.11.1 | vllm 0.12.0, as [engine] version says | ssh root@gpu-1 '/opt/vllm/bin/python -m "
          "pip "
          "install vllm==0.12.0'");
}

TEST_CASE("another Python is a warning, under Ray an error", "[check]") {
    const std::string rest =
        ": Python 3.11.9 | Python 3.11.2, as on node0 | make the environment of node1 again with Python 3.11.2";
    CHECK(after("engine.same_version", [](TwoHosts& hosts) { hosts.machine(1).engine->python_version = "3.11.9"; }) ==
          "node1: warning" + rest);
    CHECK(after("engine.same_version", [](TwoHosts& hosts) {
              hosts.spec.engine.backend = "ray";
              hosts.machine(1).engine->python_version = "3.11.9";
          }) == "node1: error" + rest);
}

TEST_CASE("an engine that cannot spread over hosts is an error on each", "[check]") {
    const auto old = [](TwoHosts& hosts) {
        for (Machine& machine : hosts.cluster.machines) machine.engine->packages["vllm"] = "0.11.0";
    };
    CHECK(after("engine.supports_layout",
                [&](TwoHosts& hosts) {
                    old(hosts);
                    hosts.spec.engine.backend = "mp";
                })
              .starts_with("node0: error: vllm 0.11.0 | vllm 0.11.1 or later, which spreads over hosts without Ray "
                           "(--nnodes) | upgrade vllm on every host, or set backend = \"ray\" in [engine]\n"));
    CHECK(after("engine.supports_layout", old)
              .starts_with("node0: error: no distribution ray there | ray beside vllm, and a vllm for GPUs, because "
                           "the backend is Ray | ssh "
                           "root@gpu-0 '/opt/vllm/bin/python -m pip install ray'\n"));
    CHECK(after("engine.supports_layout", [&](TwoHosts& hosts) {
              old(hosts);
              for (Machine& machine : hosts.cluster.machines) machine.engine->packages["ray"] = "2.48.0";
          }).empty());
}

TEST_CASE("Ray on CPUs is refused, because vLLM does", "[check]") {
    CHECK(after("engine.supports_layout", [](TwoHosts& hosts) {
              hosts.make_cpu();
              hosts.spec.engine.backend = "ray";
              hosts.machine(0).engine->packages["ray"] = "2.48.0";
              hosts.machine(1).engine->packages["ray"] = "2.48.0";
          }).starts_with("node0: error: vllm for the CPU, which does not support Ray | "));
}

TEST_CASE("a host without the checkpoint is named", "[check]") {
    CHECK(
        after("checkpoint.present", [](TwoHosts& hosts) { hosts.machine(1).checkpoint->shards.clear(); }) ==
        "node1: error: no *.safetensors file there | a checkpoint in /data/r1 | copy the checkpoint there, or correct "
        "[model] path");
    CHECK(after("checkpoint.present",
                [](TwoHosts& hosts) {
                    hosts.machine(1).checkpoint.reset();
                    gap(hosts, "checkpoint", "checkpoint /data/r1");
                }) ==
          "node1: unknown: checkpoint /data/r1: Permission denied; 2 rules need it and could not be judged: "
          "checkpoint.same, checkpoint.complete | a checkpoint in /data/r1 | run as root");
}

TEST_CASE("a copy of the checkpoint that differs is named with host and file", "[check]") {
    const std::string rest =
        " | the same config, index, shard sizes and shard headers on every host | ssh root@gpu-0 'rsync -a /data/r1/ "
        "10.0.0.2:/data/r1/'";
    const auto same = [](const Change& change) { return after("checkpoint.same", change); };
    CHECK(same([](TwoHosts& hosts) { hosts.machine(1).checkpoint->shards[1].size_bytes = 1999; }) ==
          "node1: error: b.safetensors has 1,999 bytes, on node0 2,000" + rest);
    CHECK(same([](TwoHosts& hosts) { hosts.machine(1).checkpoint->shards[0].header_sha256 = "h9"; }) ==
          "node1: error: a.safetensors has another header than on node0" + rest);
    CHECK(same([](TwoHosts& hosts) { hosts.machine(1).checkpoint->config_sha256 = "c9"; }) ==
          "node1: error: config.json differs from that on node0" + rest);
    CHECK(same([](TwoHosts& hosts) { hosts.machine(1).checkpoint->shards[0].name = "c.safetensors"; }) ==
          "node1: error: a.safetensors is only on node0; c.safetensors is not on node0" + rest);
}

TEST_CASE("a missing or cut shard is named with its reason", "[check]") {
    const std::string rest = " | every shard of the checkpoint, whole | copy the named files to node1 again";
    CHECK(after("checkpoint.complete", [](TwoHosts& hosts) {
              hosts.machine(1).checkpoint->shards[1] = {"b.safetensors", 12, "", "cut: 12 bytes of a header of 92"};
          }) == "node1: error: b.safetensors: cut: 12 bytes of a header of 92" + rest);
    CHECK(after("checkpoint.complete", [](TwoHosts& hosts) { hosts.machine(1).checkpoint->shards.pop_back(); }) ==
          "node1: error: b.safetensors: missing" + rest);
    CHECK(after("checkpoint.complete", [](TwoHosts& hosts) {
              hosts.machine(1).checkpoint->shards[1].size_bytes = 1999;
          }) == "node1: error: b.safetensors: 1,999 bytes of 2,000" + rest);
}

TEST_CASE("many bad shards are counted, not listed", "[check]") {
    CHECK(after("checkpoint.complete", [](TwoHosts& hosts) {
              for (int i = 0; i < 160; ++i) hosts.checkpoint.files.push_back({"x" + std::to_string(i), 1, 1, {}});
              hosts.machine(1).checkpoint->shards = hosts.machine(0).checkpoint->shards;
          }).starts_with("node0: error: x0: missing; x1: missing; x2: missing; and 157 more files | "));
}

TEST_CASE("no room for state and logs is an error", "[check]") {
    CHECK(after("disk.enough", [](TwoHosts& hosts) { hosts.machine(1).filesystems[2].free_bytes = gib / 2; }) ==
          "node1: error: 512.00 MiB free at /root/.cache/r1cluster | at least 1.00 GiB free for state and logs | free "
          "space "
          "on /dev/sda1 (mounted at /)");
    CHECK(
        after("disk.enough",
              [](TwoHosts& hosts) {
                  hosts.machine(1).filesystems.erase(hosts.machine(1).filesystems.begin() + 1);
                  gap(hosts, "filesystem./data/r1", "filesystem /data/r1");
              }) ==
        "node1: unknown: filesystem /data/r1: Permission denied | the file system of the model is known | run as root");
}

TEST_CASE("too little main memory for the ranks of a machine is an error", "[check]") {
    CHECK(after("memory.host_enough", [](TwoHosts& hosts) { hosts.machine(1).memory_available_bytes = 3 * gib; }) ==
          "node1: error: 3.00 GiB available | 4.10 GiB for the ranks of this machine | end what takes the memory, or "
          "spread "
          "the model over more hosts");
    CHECK(
        after("memory.host_enough",
              [](TwoHosts& hosts) { hosts.machine(1).limits.cgroup_memory_bytes = Limit{gib}; }) ==
        "node1: error: 1.00 GiB available to its cgroup | 4.10 GiB for the ranks of this machine | end what takes the "
        "memory, or spread the model over more hosts");
}

TEST_CASE("ranks on CPUs need main memory for weights and cache, and parts of one machine share it", "[check]") {
    CHECK(
        after("memory.host_enough",
              [](TwoHosts& hosts) {
                  hosts.make_cpu();
                  hosts.machine(1).boot_id = hosts.machine(0).boot_id;
                  hosts.machine(1).memory_available_bytes = 100 * gib;
              }) ==
        "node1: error: 100.00 GiB available | 172.20 GiB for the ranks of this machine | end what takes the memory, or "
        "spread the model over more hosts");
}

TEST_CASE("GPU memory that others hold is an error of that rank", "[check]") {
    CHECK(
        after("memory.device_enough", [](TwoHosts& hosts) { hosts.machine(1).gpus[1].memory_free_bytes = 10 * gib; }) ==
        "rank 3 (node1 GPU 1): error: 10.00 GiB of 80.00 GiB free | 72.00 GiB free, the share that the engine takes | "
        "end "
        "what holds the memory (ssh root@gpu-1 'nvidia-smi -i 1'), or lower gpu_memory_utilization");
    CHECK(after("memory.device_enough", [](TwoHosts& hosts) { hosts.layout.ranks[3].weight_bytes = 80 * gib; }) ==
          "rank 3 (node1 GPU 1): error: 72.00 GiB is all that the engine may take | 80.00 GiB of weights fit | spread "
          "the "
          "model over more GPUs, or raise gpu_memory_utilization");
    CHECK(after("memory.device_enough", [](TwoHosts& hosts) { hosts.machine(1).gpus[1].memory_free_bytes.reset(); }) ==
          "rank 3 (node1 GPU 1): unknown: gpu.1.memory: not read | 72.00 GiB free, the share that the engine takes "
          "| read the "
          "host "
          "again");
}

TEST_CASE("a path that fails one way is an error of that pair", "[check]") {
    CHECK(after("path.both_ways",
                [](TwoHosts& hosts) {
                    hosts.cluster.paths[1].is_connected = false;
                    hosts.cluster.paths[1].because = "Connection timed out";
                }) ==
          "node1 -> node0: error: Connection timed out | node1 connects to node0 at 10.0.0.1 | open TCP from node1 to "
          "node0 "
          "in firewalls, or give another address in [[host]]; try: ssh root@gpu-1 'ping -c 1 10.0.0.1'");
    CHECK(after("path.both_ways", [](TwoHosts& hosts) { hosts.cluster.paths.pop_back(); }) ==
          "node1 -> node0: unknown: not tried | node1 connects to node0 at 10.0.0.1 | reach both hosts, then check "
          "again");
}

TEST_CASE("a path that leaves by another interface is a warning", "[check]") {
    CHECK(
        after("path.both_ways", [](TwoHosts& hosts) { hosts.cluster.paths[1].interface = "eth1"; }) ==
        "node1 -> node0: warning: the path leaves by eth1 | it leaves by eth0, towards which the peers connect | set "
        "interface = \"eth1\" for node1, or an address of that interface; see: ssh root@gpu-1 'ip route get 10.0.0.1'");
}

TEST_CASE("a port in use is an error with its holder", "[check]") {
    CHECK(
        after(
            "ports.free",
            [](TwoHosts& hosts) {
                hosts.machine(0).ports[0] = {"127.0.0.1", 8000, false, "Address already in use", "pid 4242 (python3)"};
            }) ==
        "node0: 127.0.0.1:8000: error: Address already in use, held by pid 4242 (python3) | the port of the API is "
        "free | "
        "end the holder, or take another [serve] port (the other ports follow it)");
    CHECK(
        after("ports.free", [](TwoHosts& hosts) { hosts.machine(0).ports.pop_back(); }) ==
        "node0: 10.0.0.1:18000: unknown: port.10.0.0.1:18000: not read | the port of the guard link is free | read the "
        "host again");
    CHECK(after("ports.free", [](TwoHosts& hosts) { hosts.machine(0).ports[2].address = "0.0.0.0"; }).empty());
}

TEST_CASE("an address that is loopback to its peers is an error", "[check]") {
    const std::string rest =
        " | the other hosts can reach the address | set address of node1 in the spec to an IP address of the network "
        "between the hosts";
    CHECK(after("name.not_loopback", [](TwoHosts& hosts) { hosts.spec.hosts[1].address = "127.0.0.2"; }) ==
          "node1: error: the address 127.0.0.2 is loopback" + rest);
    CHECK(after("name.not_loopback", [](TwoHosts& hosts) {
              hosts.spec.hosts[1].address = "gpu-1";
              hosts.machine(0).names.push_back({"gpu-1", {"127.0.1.1"}, ""});
          }) == "node1: error: gpu-1 resolves to 127.0.1.1 on node0" + rest);
    CHECK(after("name.not_loopback", [](TwoHosts& hosts) { hosts.spec.hosts[1].address = "gpu-1"; }) ==
          "node1: unknown: name.gpu-1: not read | the other hosts can reach the address | read the host again");
}

TEST_CASE("local hosts may have loopback addresses", "[check]") {
    CHECK(after("name.not_loopback", [](TwoHosts& hosts) {
              for (HostSpec& host : hosts.spec.hosts) host.transport = Transport::local;
              hosts.spec.hosts[0].address = "127.0.0.1";
              hosts.spec.hosts[1].address = "127.0.0.2";
          }).empty());
}

TEST_CASE("a host name that is loopback to itself is a warning", "[check]") {
    CHECK(after("name.not_loopback", [](TwoHosts& hosts) { hosts.machine(1).names[0].addresses = {"127.0.1.1"}; }) ==
          "node1: warning: node1.example resolves to 127.0.1.1 on itself; r1cluster sets VLLM_HOST_IP and the "
          "interface, but "
          "other programs would announce that address | the host's own name resolves to an address that its peers "
          "reach | "
          "ssh root@gpu-1 'sudoedit /etc/hosts  # 10.0.0.2 node1.example'");
}

TEST_CASE("too few open files are a warning, far too few an error", "[check]") {
    const std::string rest =
        " open files | at least 65536, or unlimited | raise nofile in /etc/security/limits.conf (or LimitNOFILE of the "
        "service), log in again";
    CHECK(after("limits.open_files", [](TwoHosts& hosts) { hosts.machine(1).limits.open_files = Limit{20000}; }) ==
          "node1: warning: 20000" + rest);
    CHECK(after("limits.open_files", [](TwoHosts& hosts) { hosts.machine(1).limits.open_files = Limit{1024}; }) ==
          "node1: error: 1024" + rest);
    CHECK(after("limits.open_files", [](TwoHosts& hosts) { hosts.machine(1).limits.open_files = unlimited; }).empty());
    CHECK(after("limits.open_files", [](TwoHosts& hosts) {
              hosts.machine(1).limits.open_files.reset();
              gap(hosts, "limits.open_files", "limit of open files");
          }) == "node1: unknown: limit of open files: Permission denied | at least 65536, or unlimited | run as root");
}

TEST_CASE("little lockable memory is an error with InfiniBand, else worth knowing", "[check]") {
    const std::string rest =
        ": 8.00 MiB may be locked | unlimited, or at least 64.00 GiB, where InfiniBand or RoCE is used | set memlock "
        "to "
        "unlimited in /etc/security/limits.conf (or LimitMEMLOCK=infinity), log in again";
    CHECK(after("limits.memlock", [](TwoHosts& hosts) { hosts.machine(1).limits.memlock_bytes = Limit{8 << 20}; }) ==
          "node1: error" + rest);
    TwoHosts hosts;
    hosts.machine(1).limits.memlock_bytes = Limit{8 << 20};
    hosts.machine(1).nics.pop_back();
    CHECK(text_of(hosts.findings("limits.memlock").at(0)) == "node1: info" + rest);
    CHECK(hosts.passed("limits.memlock") == "2 of 2");
}

TEST_CASE("a small /dev/shm is a warning, one of a container's default an error", "[check]") {
    CHECK(after("limits.shm", [](TwoHosts& hosts) { hosts.machine(1).filesystems[0].free_bytes = gib; }) ==
          "node1: warning: 1.00 GiB free in /dev/shm | at least 2.00 GiB free for 2 ranks | ssh root@gpu-1 'sudo mount "
          "-o "
          "remount,size=2048M /dev/shm'; in a container, --ipc=host or --shm-size");
    CHECK(after("limits.shm", [](TwoHosts& hosts) {
              hosts.machine(1).filesystems[0].free_bytes = 64 << 20;
          }).starts_with("node1: error: 64.00 MiB free in /dev/shm | "));
}

TEST_CASE("a clock that disagrees beyond its uncertainty is a warning", "[check]") {
    CHECK(
        after("clock.agrees", [](TwoHosts& hosts) { hosts.machine(1).clock_offset_s = -90; }) ==
        "node1: warning: 90.0 s behind (known to 0.0 s) | within 1 s of the controller's clock | ssh root@gpu-1 'sudo "
        "timedatectl set-ntp true'");
    CHECK(after("clock.agrees", [](TwoHosts& hosts) {
              hosts.machine(1).clock_offset_s = 3;
              hosts.machine(1).clock_uncertainty_s = 2.5;
          }).empty());
    CHECK(after("clock.agrees", [](TwoHosts& hosts) { hosts.machine(1).clock_offset_s.reset(); }) ==
          "node1: unknown: clock: not read | within 1 s of the controller's clock | read the host again");
}

TEST_CASE("GPUs that were not seen are unknown, none at all is an error", "[check]") {
    CHECK(after("gpu.present",
                [](TwoHosts& hosts) {
                    hosts.machine(1).gpus.clear();
                    gap(hosts, "gpus", "gpus");
                }) ==
          "node1: unknown: gpus: Permission denied; 3 rules need it and could not be judged: gpu.capability, gpu.mig, "
          "hardware.healthy | a GPU for each rank | run as root");
    CHECK(after("gpu.present", [](TwoHosts& hosts) { hosts.machine(1).gpus.clear(); }) ==
          "node1: error: no GPU | a GPU for each rank | check [[host]] gpus and ssh root@gpu-1 'nvidia-smi -L'");
}

TEST_CASE("a GPU that lacks the checkpoint's dtypes is an error or a warning by the engine's version", "[check]") {
    const auto a100 = [](const char* vllm) {
        return [vllm](TwoHosts& hosts) {
            hosts.machine(1).gpus.resize(1);
            hosts.layout.ranks.resize(3);
            hosts.machine(1).gpus[0].name = "A100";
            hosts.machine(1).gpus[0].compute_capability = "8.0";
            hosts.machine(1).engine->packages["vllm"] = vllm;
        };
    };
    const std::string remedy = " | use other GPUs, a newer vllm, or a checkpoint of another dtype";
    CHECK(after("gpu.capability", a100("0.11.1")) ==
          "node1: warning: GPU 0 (A100) has 8.0 | compute capability 8.9 or higher: below 8.9 FP8 weights are unpacked "
          "by "
          "Marlin, which is slower" +
              remedy);
    CHECK(after("gpu.capability", a100("0.8.5")) ==
          "node1: error: GPU 0 (A100) has 8.0 | compute capability 8.9 or higher: FP8 in blocks needs 8.9" + remedy);
    CHECK(after("gpu.capability", [&](TwoHosts& hosts) {
              a100("0.8.5")(hosts);
              hosts.machine(1).gpus[0].compute_capability = "7.5";
          }) == "node1: error: GPU 0 (A100) has 7.5 | compute capability 8.0 or higher: bfloat16 needs 8.0" + remedy);
}

TEST_CASE("different GPUs are an error in a tensor-parallel group, a warning across stages", "[check]") {
    const std::string h20 = "H20 with 96.00 GiB", h100 = "NVIDIA H100 80GB HBM3 with 80.00 GiB";
    const auto make_h20 = [](Gpu& gpu) {
        gpu.name = "H20";
        gpu.memory_bytes = 96 * gib;
    };
    const std::string remedy = " | choose GPUs of one kind by [[host]] gpus, or another [layout]";
    CHECK(after("gpu.same", [&](TwoHosts& hosts) { make_h20(hosts.machine(1).gpus[1]); }) ==
          "stage 1: error: rank 2: " + h100 + "; rank 3: " + h20 + " | one kind of GPU within a tensor-parallel group" +
              remedy);
    CHECK(after("gpu.same",
                [&](TwoHosts& hosts) {
                    for (Gpu& gpu : hosts.machine(1).gpus) make_h20(gpu);
                }) == "stages: warning: rank 0: " + h100 + "; rank 2: " + h20 +
                          " | one kind of GPU in all stages; the slowest sets the pace" + remedy);
}

TEST_CASE("a GPU cut up by MIG is an error", "[check]") {
    CHECK(after("gpu.mig", [](TwoHosts& hosts) { hosts.machine(1).gpus[1].is_mig_enabled = true; }) ==
          "node1: error: MIG is on for GPU 1 | MIG is off | ssh root@gpu-1 'sudo nvidia-smi -i 1 -mig 0'");
}

TEST_CASE("a GPU that the layout does not use is not judged", "[check]") {
    CHECK(after("gpu.mig", [](TwoHosts& hosts) {
              hosts.machine(1).gpus.push_back(hosts.machine(1).gpus[1]);
              hosts.machine(1).gpus[2].nvml_index = 2;
              hosts.machine(1).gpus[2].is_mig_enabled = true;
          }).empty());
}

TEST_CASE("another GPU driver is a warning", "[check]") {
    CHECK(after("driver.same", [](TwoHosts& hosts) { hosts.machine(1).gpu_driver_version = "550.90.07"; }) ==
          "node1: warning: driver 550.90.07 | driver 550.54.15, as on node0 | install the same driver on every host");
}

TEST_CASE("what is wrong with a device is a warning, with the way to repair it", "[check]") {
    CHECK(after("pcie.width",
                [](TwoHosts& hosts) {
                    hosts.machine(1).problems = {{"pcie.width", Severity::warning, "gpu1",
                                                  "its PCIe link runs on 8 of 16 lanes", "reseat the card"}};
                }) ==
          "node1: warning: gpu1: its PCIe link runs on 8 of 16 lanes | no fault in GPUs, links, HCAs and the services "
          "that they need | reseat the card");
}

TEST_CASE("a gap of GPU 12 is not taken for one of GPU 1", "[check]") {
    CHECK(after("memory.device_enough",
                [](TwoHosts& hosts) {
                    hosts.machine(1).gpus[1].memory_free_bytes.reset();
                    gap(hosts, "gpu.12.memory", "memory of GPU 12");
                }) ==
          "rank 3 (node1 GPU 1): unknown: gpu.1.memory: not read | 72.00 GiB free, the share that the engine takes | "
          "read the host again");
}

TEST_CASE("a fault of a GPU that no rank uses is no error", "[check]") {
    const auto break_gpu = [](int index) {
        return [index](TwoHosts& hosts) {
            hosts.machine(1).problems = {
                {"gpu.device_node", Severity::error, "gpu" + std::to_string(index), "it cannot be opened", "rights"}};
            hosts.machine(1).gpus.push_back(hosts.machine(1).gpus[1]);
            hosts.machine(1).gpus[2].nvml_index = 2;
        };
    };
    CHECK_THAT(after("gpu.device_node", break_gpu(1)), StartsWith("node1: error: gpu1: it cannot be opened"));
    CHECK_THAT(after("gpu.device_node", break_gpu(2)), StartsWith("node1: warning: gpu2: it cannot be opened"));
}

TEST_CASE("a rail that one host has lost is a warning", "[check]") {
    CHECK(after("fabric.rails_equal",
                [](TwoHosts& hosts) {
                    hosts.cluster.rails.push_back(
                        {1, {{"node0", "mlx5_1", 1}}, LinkLayer::infiniband, 400, "beside gpu1 of each host"});
                }) ==
          "rail 1: warning: mlx5_1 of node0 alone (beside gpu1 of each host) | a port on each of the 2 hosts that "
          "have HCAs | see which port is down: r1cluster show --matrix");
}

TEST_CASE("without a layout, what depends on it is unknown", "[check]") {
    TwoHosts hosts;
    const Report report = check({.spec = hosts.spec, .cluster = hosts.cluster, .checkpoint = hosts.checkpoint});
    CHECK(report.count(Severity::unknown) == 2);  // one for each host
    CHECK(report.count(Severity::error) == 0);
    CHECK(report.findings.front().id == "gpu.same");
    CHECK(report.findings.front().observed ==
          "no layout was planned; 2 rules need it and could not be judged: memory.host_enough, memory.device_enough");
}

TEST_CASE("a wrong path of the model is one error, which names the rules that need the checkpoint", "[check]") {
    TwoHosts hosts;
    for (Machine& machine : hosts.cluster.machines) {
        machine.checkpoint.reset();
        std::erase_if(machine.filesystems,
                      [&](const Filesystem& filesystem) { return filesystem.path == hosts.spec.model.path; });
        machine.gaps.push_back(
            {"checkpoint", "checkpoint /data/r1", "No such file or directory", "ls", ReasonCode::not_found});
        machine.gaps.push_back({"filesystem." + hosts.spec.model.path, "filesystem /data/r1",
                                "No such file or directory", "ls", ReasonCode::not_found});
    }
    const Report report = check({.spec = hosts.spec, .cluster = hosts.cluster});
    CHECK_FALSE(report.is_clean());
    CHECK(report.count(Severity::unknown) == 0);
    CHECK(report.count(Severity::error) == 2);
    for (const Finding& finding : report.findings) {
        CHECK(finding.id == "checkpoint.present");
        CHECK(finding.observed ==
              "checkpoint /data/r1: No such file or directory; 7 rules need it and could not be judged: disk.enough, "
              "gpu.capability, gpu.same, checkpoint.same, checkpoint.complete, memory.host_enough, "
              "memory.device_enough");
    }
    CHECK_THAT(show(report), StartsWith("not ready: 1 error\n\nerror   checkpoint.present  node0, node1\n"));
    for (const CheckedRule& rule : report.checked) {
        if (rule.id == "checkpoint.same") CHECK(rule.passed == 0);
    }
}

TEST_CASE("what cannot be seen on one host hides nothing about another", "[check]") {
    TwoHosts hosts;
    hosts.machine(1).gpus.clear();
    gap(hosts, "gpus", "gpus");
    for (const Finding& finding : hosts.check().findings) {
        INFO(finding.id);
        if (finding.severity == Severity::unknown) CHECK(finding.subject != "node0");
    }
    CHECK(hosts.findings("gpu.present").size() == 1);
    CHECK_THAT(hosts.findings("gpu.present").at(0).observed, ContainsSubstring("gpu.mig"));
}
