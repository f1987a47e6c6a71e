// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"
#include "r1cluster/readings/recording.hpp"
#include "readings/calls.hpp"
#include "readings/scrub_text.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

std::string scrubbed(const std::string& text) {
    detail::Pseudonyms pseudonyms;
    return pseudonyms.text(text);
}

unsigned ipv4(const std::string& text) {
    unsigned value = 0, part = 0;
    for (const char c : text + ".") {
        if (c == '.') {
            value = value << 8U | part;
            part = 0;
        } else {
            part = part * 10 + static_cast<unsigned>(c - '0');
        }
    }
    return value;
}

int common_bits(unsigned a, unsigned b) {
    int bits = 0;
    while (bits < 32 && ((a ^ b) & (0x80000000U >> static_cast<unsigned>(bits))) == 0) ++bits;
    return bits;
}

Recording cluster_of_ada() {
    Readings host;
    host.host = "gpu-a17.example.org";
    host.calls["gethostname()"] = {"gpu-a17", ""};
    host.calls["uname()"] = {calls::to_text(calls::Uname{"Linux", "gpu-a17", "6.1.0", "#1 SMP", "x86_64"}), ""};
    host.calls["getpwuid()"] = {calls::to_text(calls::User{"ada", "/nfs/users/ada"}), ""};
    host.calls["route(10.20.0.2)"] = {calls::to_text(calls::Route{"eth0", "10.20.0.1", ""}), ""};
    host.calls["getaddrinfo(gpu-a18)"] = {"[\"10.20.0.2\"]", ""};
    host.calls["nvmlDeviceGetUUID(0)"] = {"GPU-8b2a5c11-77aa-4cde-9f01-0123456789ab", ""};
    host.calls["nvmlDeviceGetSerial(0)"] = {"1653022011234", ""};
    host.files["/proc/sys/kernel/random/boot_id"] = {"8f14e45f-ceea-467f-a0e6-000123456789\n", ""};
    host.files["/sys/class/net/eth0/address"] = {"b8:59:9f:aa:bb:cc\n", ""};
    host.files["/proc/self/mountinfo"] = {"36 35 0:1 / /nfs rw - nfs4 nas01.example.org:/export rw,addr=10.20.9.9\n",
                                          ""};
    host.files["/etc/os-release"] = {"PRETTY_NAME=\"Debian GNU/Linux 12\"\n", ""};
    host.listings["/nfs/users/ada/vllm/lib/python3.11/site-packages"] = {"nvidia_cublas_cu12-12.8.4.1.dist-info\n", ""};
    host.links["/nfs/users/ada/vllm/bin/python"] = {"/home/grace/python3.11", ""};
    Readings second;
    second.host = "gpu-a18.example.org";
    second.unreachable_because = "ssh: connect to host gpu-a18.example.org port 22: Connection refused";
    return {{host, second},
            {{"gpu-a17.example.org", "gpu-a18.example.org", "10.20.0.1", "10.20.0.2", 29500, false, {}, "refused"}},
            CheckpointText{"/nfs/users/ada/r1", "{\"_name_or_path\": \"/nfs/users/ada/r1\"}", "", {}}};
}

std::string all_text(const Recording& recording) {
    std::string all;
    for (const auto& [name, content] : to_folder(recording)) all += name + "\n" + content + "\n";
    return all;
}

}  // namespace

TEST_CASE("nothing that names the hosts or their users is left", "[readings]") {
    const std::string text = all_text(scrub(cluster_of_ada()).recording);
    for (const char* secret : {"gpu-a17", "gpu-a18", "example.org", "nas01", "ada", "grace", "10.20.", "8b2a5c11",
                               "1653022011234", "8f14e45f", "b8:59", "12.8.4.1x"}) {
        INFO(secret);
        CHECK(text.find(secret) == std::string::npos);
    }
}

TEST_CASE("what was replaced is counted by kind", "[readings]") {
    const std::map<std::string, int> expected{{"host names", 3},     {"domains", 1}, {"user names", 2},
                                              {"IPv4 addresses", 3}, {"UUIDs", 2},   {"MAC addresses", 1},
                                              {"serial numbers", 1}};
    CHECK(scrub(cluster_of_ada()).replaced == expected);
}

TEST_CASE("the same value has the same pseudonym everywhere", "[readings]") {
    const Recording scrubbed = scrub(cluster_of_ada()).recording;
    CHECK(scrubbed.hosts[0].host == "host1.domain1");
    CHECK(scrubbed.hosts[1].unreachable_because == "ssh: connect to host host2.domain1 port 22: Connection refused");
    CHECK(scrubbed.probes[0].from_host == scrubbed.hosts[0].host);
    CHECK(scrubbed.hosts[0].calls.at("gethostname()").text == "host1");
    const std::string peer = scrubbed.probes[0].to_address;
    CHECK(scrubbed.hosts[0].calls.contains("route(" + peer + ")"));
    CHECK(scrubbed.hosts[0].calls.at("getaddrinfo(host2)").text == "[\"" + peer + "\"]");
    CHECK(scrubbed.checkpoint->path == "/nfs/users/user1/r1");
    CHECK(scrubbed.checkpoint->config == "{\"_name_or_path\": \"/nfs/users/user1/r1\"}");
}

TEST_CASE("facts stay: system, versions and structure", "[readings]") {
    const Recording before = cluster_of_ada();
    const Recording after = scrub(before).recording;
    CHECK(after.hosts[0].files.at("/etc/os-release") == before.hosts[0].files.at("/etc/os-release"));
    CHECK(after.hosts[0].listings.at("/nfs/users/user1/vllm/lib/python3.11/site-packages").text ==
          "nvidia_cublas_cu12-12.8.4.1.dist-info\n");
    CHECK(after.hosts[0].calls.size() == before.hosts[0].calls.size());
    CHECK(after.hosts[0].files.size() == before.hosts[0].files.size());
}

TEST_CASE("special addresses stay", "[readings]") {
    for (const char* address : {"127.0.0.1", "0.0.0.0", "255.255.255.0", "255.255.255.255", "224.0.0.1", "239.1.2.3",
                                "::", "::1", "ff02::1"}) {
        CHECK(scrubbed(address) == address);
    }
    CHECK(scrubbed("ff:ff:ff:ff:ff:ff 00:00:00:00:00:00") == "ff:ff:ff:ff:ff:ff 00:00:00:00:00:00");
}

TEST_CASE("two addresses share as many leading bits as before", "[readings]") {
    detail::AddressPseudonyms addresses;
    const std::vector<std::string> real{"10.1.2.3",   "10.1.2.77",  "10.1.3.3",     "10.200.0.1", "192.168.7.9",
                                        "172.16.0.1", "172.31.9.9", "100.64.3.2",   "8.8.4.4",    "8.8.8.8",
                                        "12.1.1.1",   "12.200.0.1", "169.254.10.1", "10.1.2.128"};
    for (const auto& first : real) {
        for (const auto& second : real) {
            // Between two public networks with different first octets only the difference is kept.
            const int kept = common_bits(ipv4(first), ipv4(second));
            if (kept < 8) continue;
            INFO(first << " " << second);
            CHECK(common_bits(ipv4(addresses.of(first)), ipv4(addresses.of(second))) == kept);
        }
        CHECK(addresses.of(first) != first);
    }
}

TEST_CASE("private stays private and public stays public", "[readings]") {
    detail::AddressPseudonyms addresses;
    CHECK(addresses.of("10.1.2.3") == "10.128.0.3");
    CHECK(addresses.of("192.168.7.9") == "192.168.128.9");
    CHECK(addresses.of("172.20.7.9") == "172.24.0.9");
    CHECK(addresses.of("8.8.4.4") == "11.128.0.4");
    CHECK(addresses.of("9.8.4.4") == "12.128.0.4");
    CHECK(addresses.of("fe80::b859:9fff:feaa:bbcc") == "fe80::cc");
    CHECK(addresses.of("fd12:3456::1") == "fd80::1");
    CHECK(addresses.of("2001:470:1::5") == "3000::5");
    CHECK(addresses.of("::ffff:10.1.2.3") == "::ffff:10.128.0.3");
}

TEST_CASE("addresses are found in the forms that texts have", "[readings]") {
    CHECK(scrubbed("tcp://10.1.2.3:29500, via 10.1.2.3.") == "tcp://10.128.0.3:29500, via 10.128.0.3.");
    CHECK(scrubbed("10.1.2.3/24 10.1.2.9") == "10.128.0.3/24 10.128.0.9");
    CHECK(scrubbed("[fd12::1]:80 fe80::9%eth0") == "[fd80::1]:80 fe80::8000:0:0:9%eth0");
    CHECK(scrubbed("10.1.2.3-10.1.2.3") == "10.128.0.3-10.128.0.3");
}

TEST_CASE("numbers that only look like addresses stay", "[readings]") {
    for (const char* text : {"0000:18:00.0", "12:34:56", "580.159.04", "6.18.44-fc", "nvidia_cublas_cu12-12.8.4.1",
                             "13.580.159.04", "1.2.3.4.5", "0-31", "deadbeef", "96.00.A5.00.1A"}) {
        CHECK(scrubbed(text) == text);
    }
}

TEST_CASE("identifiers of containers go, checksums of the checkpoint stay", "[readings]") {
    const std::string sum(std::string(32, 'a') + std::string(32, 'b'));
    Readings host;
    host.host = "node1";
    host.files["/proc/self/cgroup"] = {"0::/docker/" + sum + "\n", ""};
    host.calls["checkpoint(/data/r1)"] = {calls::to_text(calls::Checkpoint{sum, "", {}}), ""};
    const Readings after = scrub({{host}, {}, {}}).recording.hosts[0];
    CHECK(after.files.at("/proc/self/cgroup").text == "0::/docker/" + std::string(63, '0') + "1\n");
    CHECK(after.calls == host.calls);
}

TEST_CASE("a host named like a word of the system changes no fact", "[readings]") {
    Readings host;
    host.host = "node0";
    host.files["/sys/devices/system/node/node0/cpulist"] = {"0-1\n", ""};
    host.listings["/sys/devices/system/node"] = {"node0\n", ""};
    host.calls["gethostname()"] = {"node0", ""};
    const Readings after = scrub({{host}, {}, {}}).recording.hosts[0];
    CHECK(after.files == host.files);
    CHECK(after.listings == host.listings);
    CHECK(after.calls.at("gethostname()").text == "host1");
}

TEST_CASE("documents of other tools are scrubbed too, and the same thing has the same name everywhere", "[readings]") {
    Recording recording = cluster_of_ada();
    Readings& host = recording.hosts[0];
    host.documents["nvidia_smi"] =
        "<uuid>GPU-8b2a5c11-77aa-4cde-9f01-0123456789ab</uuid><serial>1653022011234</serial>"
        "<process_name>/nfs/users/ada/vllm/bin/python</process_name><pci_bus_id>00000000:18:00.0</pci_bus_id>";
    host.documents["nccl_topology"] =
        "<cpu host_hash=\"0xf6a1b2c3d4e5f607\" numaid=\"-1\"><net name=\"mlx5_0\" guid=\"0x7a0f620003ae6d94\"/>"
        "<net name=\"eth0\" guid=\"0x0\"/>";
    host.documents["hwloc"] =
        "<info name=\"HostName\" value=\"gpu-a17\"/><info name=\"DMIProductSerial\" value=\"7XQ2K93\"/>"
        "<info name=\"NodeGUID\" value=\"946d:ae03:0062:0f7a\"/><object type=\"NUMANode\"/>";
    host.documents["lspci"] = "\tCapabilities: [148 v1] Device Serial Number 94-6d-ae-03-00-62-0f-7a\n";
    const Readings after = scrub(recording).recording.hosts[0];
    const std::string gpu_uuid = *after.calls.at("nvmlDeviceGetUUID(0)").text;
    const std::string serial = *after.calls.at("nvmlDeviceGetSerial(0)").text;
    CHECK(after.documents.at("nvidia_smi") ==
          "<uuid>" + gpu_uuid + "</uuid><serial>" + serial +
              "</serial><process_name>/nfs/users/user1/vllm/bin/python</process_name>"
              "<pci_bus_id>00000000:18:00.0</pci_bus_id>");
    CHECK(after.documents.at("nccl_topology") ==
          "<cpu host_hash=\"0x0000000000000002\" numaid=\"-1\"><net name=\"mlx5_0\" guid=\"0x0000000000000001\"/>"
          "<net name=\"eth0\" guid=\"0x0\"/>");
    CHECK(after.documents.at("hwloc") ==
          "<info name=\"HostName\" value=\"host1\"/><info name=\"DMIProductSerial\" value=\"serial1\"/>"
          "<info name=\"NodeGUID\" value=\"0200:0000:0000:0002\"/><object type=\"NUMANode\"/>");
    CHECK(after.documents.at("lspci").find("94-6d") == std::string::npos);
}

TEST_CASE("settings of container engines keep no mirror, proxy or name", "[readings]") {
    Recording recording = cluster_of_ada();
    Readings& host = recording.hosts[0];
    host.files["/etc/docker/daemon.json"] = {
        R"({"default-runtime": "nvidia", "registry-mirrors": ["https://mirror.example.org"], "proxies":
            {"http-proxy": "http://ada:secret@proxy:3128"}, "default-shm-size": "1G"})",
        ""};
    host.files["/run/.containerenv"] = {"engine=\"podman-4.9\"\nname=\"ada-work\"\nid=\"0123\"\n", ""};
    const Readings after = scrub(recording).recording.hosts[0];
    const std::string settings = *after.files.at("/etc/docker/daemon.json").text;
    CHECK(settings.find("secret") == std::string::npos);
    CHECK(settings.find("mirror") == std::string::npos);
    CHECK(settings.find("\"default-runtime\": \"nvidia\"") != std::string::npos);
    CHECK(settings.find("\"default-shm-size\": \"1G\"") != std::string::npos);
    CHECK(*after.files.at("/run/.containerenv").text == "engine=\"podman-4.9\"\n");
}
