// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/diagnose/diagnose.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;

namespace {

std::vector<EngineLog> recorded(const std::vector<std::string>& names) {
    std::vector<EngineLog> logs;
    for (const std::string& name : names)
        logs.push_back({.host = "vm", .process = name, .text = shared_text("recordings/h200-2gpu-vm/" + name)});
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
    const Report report = diagnose(logs);
    REQUIRE(report.findings.size() > 2);
    CHECK(report.findings[0].id == "log.missing_module");
    CHECK(report.findings[1].id == "log.missing_module");
    CHECK(report.count(Severity::error) == 2);
}

TEST_CASE("the recorded run with an interface that is not there is named by it", "[diagnose]") {
    const std::vector<EngineLog> logs = recorded({"nccl/nccl-badif.log"});
    CHECK(diagnose(logs).findings.at(0).id == "log.nccl_interface");
}

TEST_CASE("the transports of recorded runs are what they were made to use", "[diagnose]") {
    const std::vector<EngineLog> nvlink = recorded({"vllm-0.25.1/ds-tp2.log"});
    const std::vector<EngineLog> hosts = recorded({"vllm-0.25.1/ds-2node-pp2.0.log", "vllm-0.25.1/ds-2node-pp2.1.log"});
    const std::vector<EngineLog> memory = recorded({"nccl/nccl-shm.log"});
    REQUIRE(find_transports(nvlink).size() == 1);
    CHECK(find_transports(nvlink)[0].transport == "P2P/CUMEM");
    REQUIRE(find_transports(hosts).size() == 1);
    CHECK(find_transports(hosts)[0].transport == "NET/Socket");
    CHECK(find_transports(memory).at(0).transport == "SHM/direct/direct");
}
