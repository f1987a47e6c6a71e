// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "r1cluster/diagnose/diagnose.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

// Logs of real engines are not part of the source tree; without them there is nothing to test.
std::vector<EngineLog> recorded(const std::vector<std::string>& names) {
    const char* shared = std::getenv("R1CLUSTER_SHARED");
    const std::filesystem::path folder =
        std::filesystem::path(shared ? shared : R1CLUSTER_SOURCE_DIR "/../shared") / "recordings/h200-2gpu-vm";
    std::vector<EngineLog> logs;
    for (const std::string& name : names) {
        std::ifstream file(folder / name, std::ios::binary);
        if (!file) {
            WARN("skipped: no recording " << (folder / name));
            return {};
        }
        std::stringstream text;
        text << file.rdbuf();
        logs.push_back({.host = "vm", .process = name, .text = text.str()});
    }
    return logs;
}

}  // namespace

TEST_CASE("recorded healthy runs give no findings", "[diagnose]") {
    const std::vector<EngineLog> logs =
        recorded({"vllm-0.25.1/ds-tp2.log", "vllm-0.25.1/ds-2node-pp2.0.log", "vllm-0.25.1/ds-2node-pp2.1.log",
                  "vllm-0.25.1/llama-tp2.log", "vllm-0.25.1/8b-tp2.log", "nccl/nccl-nvlink.log"});
    for (const EngineLog& log : logs) {
        const Report report = diagnose({log});
        for (const Finding& finding : report.findings) UNSCOPED_INFO(finding.id << " " << finding.observed);
        CHECK(report.findings.empty());
    }
}

TEST_CASE("the recorded start without flashinfer is named by its cause", "[diagnose]") {
    const std::vector<EngineLog> logs = recorded({"vllm-0.25.1/missing-flashinfer/llama-2node-tp2.0.log",
                                                  "vllm-0.25.1/missing-flashinfer/llama-2node-tp2.1.log"});
    if (logs.empty()) return;
    const Report report = diagnose(logs);
    REQUIRE(report.findings.size() > 2);
    CHECK(report.findings[0].id == "log.missing_module");
    CHECK(report.findings[1].id == "log.missing_module");
    CHECK(report.count(Severity::error) == 2);
}

TEST_CASE("the recorded run with an interface that is not there is named by it", "[diagnose]") {
    const std::vector<EngineLog> logs = recorded({"nccl/nccl-badif.log"});
    if (logs.empty()) return;
    CHECK(diagnose(logs).findings.at(0).id == "log.nccl_interface");
}

TEST_CASE("the transports of recorded runs are what they were made to use", "[diagnose]") {
    const std::vector<EngineLog> nvlink = recorded({"vllm-0.25.1/ds-tp2.log"});
    const std::vector<EngineLog> hosts = recorded({"vllm-0.25.1/ds-2node-pp2.0.log", "vllm-0.25.1/ds-2node-pp2.1.log"});
    const std::vector<EngineLog> memory = recorded({"nccl/nccl-shm.log"});
    if (nvlink.empty() || hosts.empty() || memory.empty()) return;
    REQUIRE(find_transports(nvlink).size() == 1);
    CHECK(find_transports(nvlink)[0].transport == "P2P/CUMEM");
    REQUIRE(find_transports(hosts).size() == 1);
    CHECK(find_transports(hosts)[0].transport == "NET/Socket");
    CHECK(find_transports(memory).at(0).transport == "SHM/direct/direct");
}
