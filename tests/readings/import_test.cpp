// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/readings/import.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;

namespace {

constexpr auto nccl = "<system version=\"1\"/>";
constexpr auto slot = "18:00.0 3D controller: NVIDIA Corporation Device 2330 (rev a1)\n";

Readings imported(const std::map<std::string, std::string>& files,
                  const std::map<std::string, std::string>& links = {}) {
    return import_files({files, links}, "node1");
}

}  // namespace

TEST_CASE("documents are told apart by their content", "[readings]") {
    CHECK(kind_of_document(nccl) == "nccl_topology");
    CHECK(kind_of_document(
              "<?xml version=\"1.0\"?>\n<!-- <system> -->\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology "
              "version=\"2.0\">") == "hwloc");
    CHECK(kind_of_document("$ nvidia-smi -q -x\n<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n") == "nvidia_smi");
    CHECK(kind_of_document(slot) == "lspci");
    CHECK(kind_of_document("# lspci -D\n0000:18:00.0 3D controller: NVIDIA\n\tStatus: >TAbort- <TAbort-\n") == "lspci");
    CHECK(kind_of_document("\tGPU0\tGPU1\nGPU0\t X \tNV18\n") == "topo_matrix");
    for (const char* other : {"", "<html>", "<", "<!--", "GPU0 PIX", "12:34:56 error: no", "{\"version\": 1}"}) {
        INFO(other);
        CHECK(kind_of_document(other) == "");
    }
}

TEST_CASE("documents that we have are of the kinds that they are", "[readings]") {
    for (const auto& [name, kind] : std::vector<std::pair<std::string, std::string>>{
             {"fixtures/nccl-topo/aws-p4d.xml", "nccl_topology"},
             {"fixtures/hwloc/aws-p5.48xl.xml", "hwloc"},
             {"recordings/h200-2gpu-vm/nvidia-smi/nvidia-smi-q.xml", "nvidia_smi"},
             {"fixtures/pci/lspci-vvv-h100-gpud.txt", "lspci"},
             {"recordings/h200-2gpu-vm/nvidia-smi/topo-m.txt", "topo_matrix"},
             {"recordings/h200-2gpu-vm/nvidia-smi/topo-p2p.txt", ""},
             {"recordings/h200-2gpu-vm/nccl/nccl-graph.xml", ""}}) {
        const std::string text = shared_text(name);
        CHECK(kind_of_document(text) == kind);
    }
}

TEST_CASE("a folder of several documents and pieces of /sys is one host", "[readings]") {
    const Readings host = imported({{"topo.xml", nccl},
                                    {"logs/pci.txt", slot},
                                    {"README.md", "by hand"},
                                    {"node1/sys/class/net/eth0/mtu", "9000\n"},
                                    {"proc/sys/kernel/random/boot_id", "1\n"}});
    CHECK(host.host == "node1");
    CHECK(host.reader == "imported from lspci, nccl_topology, pieces of /sys and /proc");
    CHECK(host.taken_at == "");
    CHECK(host.documents == std::map<std::string, std::string>{{"nccl_topology", nccl}, {"lspci", slot}});
    CHECK(host.files == std::map<std::string, Answer>{{"/sys/class/net/eth0/mtu", {"9000\n", ""}},
                                                      {"/proc/sys/kernel/random/boot_id", {"1\n", ""}}});
    CHECK(host.listings.at("/sys/class/net").text == "eth0\n");
    CHECK(host.listings.at("/sys/class").text == "net\n");
}

TEST_CASE("a copy of /sys/class/infiniband is one, whatever its name", "[readings]") {
    for (const std::string folder : {"", "ib-of-node1/", "a/b/"}) {
        INFO(folder);
        const Readings host = imported({{folder + "mlx5_0/ports/1/state", "4: ACTIVE\n"},
                                        {folder + "mlx5_0/ports/1/gids/0", "fe80::1\n"},
                                        {folder + "mlx5_0/board_id", "MT_1\n"},
                                        {folder + "mlx5_1/ports/1/rate", "400 Gb/sec (4X NDR)\n"},
                                        {"notes.txt", "by hand"}});
        CHECK(host.files.at("/sys/class/infiniband/mlx5_0/ports/1/state").text == "4: ACTIVE\n");
        CHECK(host.files.at("/sys/class/infiniband/mlx5_0/board_id").text == "MT_1\n");
        CHECK(host.listings.at("/sys/class/infiniband").text == "mlx5_0\nmlx5_1\n");
        CHECK(host.listings.at("/sys/class/infiniband/mlx5_0/ports").text == "1\n");
        CHECK(host.listings.at("/sys/class/infiniband/mlx5_0/ports/1/gids").text == "0\n");
    }
}

TEST_CASE("links of sysfs are kept, and what they lead to is found by their name", "[readings]") {
    const Readings host = imported(
        {{"sys/devices/pci0000:15/0000:15:01.0/vendor", "0x8086\n"},
         {"sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0/class", "0x020700\n"},
         {"sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0/infiniband/mlx5_0/ports/1/lid", "0x1\n"}},
        {{"sys/bus/pci/devices/0000:15:01.0", "../../../devices/pci0000:15/0000:15:01.0"},
         {"sys/class/infiniband/mlx5_0", "../../devices/pci0000:15/0000:15:01.0/0000:16:00.0/infiniband/mlx5_0"},
         {"sys/devices/pci0000:15/0000:15:01.0/driver", "../../../bus/pci/drivers/pcieport"},
         {"sys/class/net/eth0", "../../../../etc"}});
    CHECK(host.links.at("/sys/bus/pci/devices/0000:15:01.0").text == "../../../devices/pci0000:15/0000:15:01.0");
    CHECK(host.links.at("/sys/bus/pci/devices/0000:15:01.0/driver").text == "../../../bus/pci/drivers/pcieport");
    CHECK(host.files.at("/sys/bus/pci/devices/0000:15:01.0/vendor").text == "0x8086\n");
    CHECK_FALSE(host.files.contains("/sys/bus/pci/devices/0000:15:01.0/0000:16:00.0/class"));
    CHECK(host.files.at("/sys/class/infiniband/mlx5_0/ports/1/lid").text == "0x1\n");
    CHECK(host.listings.at("/sys/bus/pci/devices").text == "0000:15:01.0\n");
    CHECK(host.listings.at("/sys/class/net").text == "eth0\n");
}

TEST_CASE("what was imported can be saved as a recording", "[readings]") {
    const Recording recording{{imported({{"topo.xml", nccl}, {"sys/class/net/eth0/mtu", "1500\n"}},
                                        {{"sys/class/net/eth0", "../../devices/\xff"}})},
                              {},
                              std::nullopt};
    CHECK(from_folder(to_folder(recording)) == recording);
}

TEST_CASE("an import of nothing, or of two hosts, is refused", "[readings]") {
    CHECK(error_of([] {
              imported({{"README.md", "by hand"}});
          }) ==
          "nothing in \"node1\" is known; expected a recording (recording.json), an NCCL or hwloc topology XML, "
          "`nvidia-smi -q -x`, `lspci -vvv`, `nvidia-smi topo -m`, or pieces of /sys");
    CHECK(error_of([] {
              imported({{"a.xml", nccl}, {"b.xml", nccl}});
          }) == "\"a.xml\" and \"b.xml\" are both of the kind nccl_topology; expected one of each");
    CHECK(error_of([] {
              imported({{"a/sys/x", "1"}, {"b/sys/x", "2"}});
          }) == "\"/sys/x\" is there twice; expected one host");
    CHECK(error_of([] {
              imported({{"a/mlx5_0/ports/1/lid", "1"}, {"b/mlx5_0/ports/1/lid", "2"}});
          }) == "\"/a\" and \"/b\" both look like /sys/class/infiniband; expected one host");
}

TEST_CASE("an import cannot take far more memory than it has bytes", "[readings]") {
    // 1,000 folders in each other below 200: each has its whole path in the listings.
    std::string deep;
    for (int i = 0; i < 1000; ++i) deep += "/a";
    std::map<std::string, std::string> files;
    for (int i = 0; i < 300; ++i) files["sys/" + std::to_string(i) + deep + "/x"] = "1";
    CHECK(error_of([&] { imported(files); }) == "the paths of its folders take more than 256 MiB");

    // 300 names for the same folder of 300 files of a long name, and nothing in them.
    const std::string name(3000, 'a');
    std::map<std::string, std::string> links;
    files.clear();
    for (int i = 0; i < 300; ++i) {
        files["sys/devices/pci0000:00/" + std::to_string(i) + name] = "";
        links["sys/bus/pci/devices/" + std::to_string(i)] = "../../../devices/pci0000:00";
    }
    CHECK(error_of([&] { imported(files, links); }) == "its links lead to more than 2,000,000 files or 256 MiB");
}
