// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <sstream>

#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"
#include "views/views_machines.hpp"

using namespace r1cluster;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

}  // namespace

TEST_CASE("the matrix of GPUs without NVLink has the words of nvidia-smi topo -m", "[views]") {
    CHECK(show_matrix(t4_machine()) ==
          "t4box\n"
          "      GPU0  GPU1  GPU2  GPU3  CPU Affinity   NUMA Affinity\n"
          "GPU0  X     PHB   SYS   SYS   0-47,96-143    0\n"
          "GPU1  PHB   X     SYS   SYS   0-47,96-143    0\n"
          "GPU2  SYS   SYS   X     PHB   48-95,144-191  1\n"
          "GPU3  SYS   SYS   PHB   X     48-95,144-191  1\n"
          "\n"
          "  X    = itself\n"
          "  PHB  = by way of a PCIe host bridge of the CPU\n"
          "  SYS  = from one NUMA node to another\n");
}

TEST_CASE("network controllers without HCA have columns, and what is not known a question mark", "[views]") {
    CHECK(show_matrix(h200_vm()) ==
          "vm\n"
          "      GPU0  GPU1  eth0  CPU Affinity  NUMA Affinity\n"
          "                  ?\n"
          "GPU0  X     NV18  PHB   0-31          ?\n"
          "GPU1  NV18  X     ?     0-31          ?\n"
          "eth0  PHB   ?     X\n"
          "\n"
          "  X    = itself\n"
          "  NV#  = that many NVLinks\n"
          "  PHB  = by way of a PCIe host bridge of the CPU\n"
          "  ?    = not known\n");
}

TEST_CASE("the matrix marks where NCCL would use GPUDirect RDMA, from both sides", "[views]") {
    const auto lines = lines_of(show_matrix(h100_machine()));
    CHECK(cells_of(lines[1])[8] == "mlx5_0");
    CHECK(cells_of(lines[2])[0] == "400G");
    CHECK(cells_of(lines[2])[9] == "100G");
    CHECK(cells_of(lines[3]) == std::vector<std::string>{"GPU0", "X",    "NV18", "NV18", "NV18", "NV18",        "NV18",
                                                         "NV18", "NV18", "PIX*", "NODE", "NODE", "NODE",        "SYS",
                                                         "SYS",  "SYS",  "SYS",  "NODE", "SYS",  "0-47,96-143", "0"});
    CHECK(cells_of(lines[11])[1] == "PIX*");  // mlx5_0 to GPU0
    CHECK(cells_of(lines[11]).back() == "0");
    CHECK_THAT(show_matrix(h100_machine()), ContainsSubstring("\n  *    = NCCL would use GPUDirect RDMA"));
    CHECK_THAT(show_matrix(h100_machine()), ContainsSubstring("\nmlx5_8: 200 Gb/s InfiniBand, ACTIVE, storage\n"));
}

TEST_CASE("GPUDirect RDMA that could not be seen is told from none", "[views]") {
    Machine machine = h100_machine();
    machine.gpus[0].hcas[0].uses_gpudirect.reset();
    machine.gpus[1].hcas[0].uses_gpudirect = false;
    const auto lines = lines_of(show_matrix(machine));
    CHECK(cells_of(lines[3])[9] == "PIX?");
    CHECK(cells_of(lines[4])[10] == "PIX");
    CHECK_THAT(show_matrix(machine), ContainsSubstring("PIX? = the path is PIX; not known whether"));
}

TEST_CASE("columns stay aligned under names of 16 characters", "[views]") {
    Machine machine = h100_machine();
    machine.hcas[2].name = "rocep101s0f1v127";
    for (Gpu& gpu : machine.gpus) {
        for (NearHca& near : gpu.hcas) near.hca = near.hca == "mlx5_2" ? "rocep101s0f1v127" : near.hca;
    }
    for (DevicePath& path : machine.device_paths) {
        for (std::string* end : {&path.from, &path.to}) *end = *end == "mlx5_2" ? "rocep101s0f1v127" : *end;
    }
    const auto lines = lines_of(show_matrix(machine));
    const std::size_t column = lines[1].find("mlx5_3");
    REQUIRE(column != std::string::npos);
    CHECK(lines[3].substr(column, 4) == "NODE");
    CHECK(lines[6].substr(column, 4) == "PIX*");
    for (std::size_t i = 3; i < 21; ++i) CHECK(lines[i][column - 1] == ' ');
}

TEST_CASE("a matrix of nothing, or of a machine that was not reached, says so", "[views]") {
    Machine machine;
    machine.host = "node1";
    CHECK(show_matrix(machine) == "node1: no GPU, HCA or network controller seen\n");
    machine.unreachable_because = "timed out";
    CHECK(show_matrix(machine) == "node1: not reached: timed out\n");
}
