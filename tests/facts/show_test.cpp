// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/facts/views.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

TEST_CASE("a machine that was not reached is shown in one line", "[facts]") {
    Machine machine;
    machine.host = "node1";
    machine.unreachable_because = "Connection refused";
    CHECK(show(machine) == "node1: not reached: Connection refused\n");
}

TEST_CASE("a machine is shown as a tree under a line of judgement", "[facts]") {
    Machine machine;
    machine.host = "node1";
    machine.operating_system = "Debian GNU/Linux 12 (bookworm)";
    machine.kernel = "6.1.0";
    machine.cpu = {"Xeon", 1, 2, 4, ""};
    machine.memory_bytes = 1ULL << 30U;
    machine.gpu_driver_version = "580.1";
    machine.cuda_driver_version = "13.0";
    for (int index : {0, 1}) {
        Gpu gpu;
        gpu.nvml_index = index;
        gpu.name = "NVIDIA T4";
        gpu.pci_address = "0000:0" + std::to_string(index) + ":00.0";
        gpu.memory_bytes = 16ULL << 30U;
        machine.gpus.push_back(gpu);
    }
    machine.device_paths = {{"gpu0", "gpu1", "PHB", "PHB", {}, ""}};
    machine.routes = {{"10.0.0.2", "eth0", "10.0.0.1", "10.0.0.254"}};
    machine.gaps = {{"clock", "not asked", "read again"}};
    CHECK(show(machine) ==
          "node1: 2 x NVIDIA T4 over PHB, 32.00 GiB of GPU memory; 1 thing not seen\n"
          "├─ System: Debian GNU/Linux 12 (bookworm), Linux 6.1.0\n"
          "│  ├─ CPU: Xeon, 1 socket, 2 cores, 4 threads\n"
          "│  ├─ Memory: 1.00 GiB, not seen available, 0 NUMA nodes\n"
          "│  └─ Limits: locked memory unlimited, open files unlimited, processes unlimited, control group unlimited\n"
          "├─ GPUs: 2 x NVIDIA T4, driver 580.1, CUDA 13.0\n"
          "│  ├─ 0: 0000:00:00.0, 16.00 GiB, NUMA node not known\n"
          "│  ├─ 1: 0000:01:00.0, 16.00 GiB, NUMA node not known\n"
          "│  └─ every pair: PHB\n"
          "├─ Network\n"
          "│  └─ to 10.0.0.2: eth0 from 10.0.0.1 by 10.0.0.254\n"
          "├─ Files\n"
          "└─ Not seen\n"
          "   └─ clock: not asked -> read again\n");
}

TEST_CASE("a cluster is shown with the ways between its machines", "[facts]") {
    Cluster cluster;
    cluster.paths = {{"a", "b", "eth0", "10.0.0.1", "10.0.0.2", true, 21.4, ""},
                     {"b", "a", "", "", "10.0.0.1", false, {}, "timed out"}};
    CHECK(show(cluster) ==
          "How they reach each other\n"
          "├─ a -> b: 10.0.0.1 -> 10.0.0.2 over eth0, round trip 21 us\n"
          "└─ b -> a: not connected: timed out\n");
    CHECK(show(Cluster{}) == "How they reach each other: not tried\n");
}

TEST_CASE("nothing that a host says becomes markup", "[facts]") {
    Machine machine;
    machine.host = "<script>alert('x')</script>";
    machine.gaps = {{"a & b", "\"<b>\"", ""}};
    CHECK(
        show_html(machine) ==
        "<div class=\"r1cluster-machine\">\n"
        "<p><b>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</b>: no GPU seen, 0 CPU threads; 1 thing not seen</p>\n"
        "<table>\n<tr><th>not seen</th><th>because</th><th>remedy</th></tr>\n"
        "<tr><td>a &amp; b</td><td>&quot;&lt;b&gt;&quot;</td><td></td></tr>\n</table>\n"
        "</div>\n");
}
