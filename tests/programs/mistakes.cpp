// SPDX-License-Identifier: Apache-2.0
// Typical mistakes of programs in C++: `mistakes NAME` makes one and prints what the library says. tools/mistakes.py
// shows the function and its message in docs/mistakes.md.
#include <iostream>
#include <map>
#include <string>

#include "r1cluster/cluster.hpp"

namespace {

using namespace r1cluster;

std::string recording, spec;  // of two hosts with one H200 each

void misspelt_key() { parse_spec("[modell]\npath = \"/data/r1\"\n", "cluster.toml"); }

void missing_recording() { interpret(load_recording("recordings/yesterday")); }

void missing_checkpoint() { read_model("/data/DeepSeek-R2", {}); }

void impossible_layout() {
    DeploymentSpec asked = parse_spec(read_text_file(spec), spec);
    asked.layout.tensor_parallel = 3;
    const Decision decision = decide(asked, load_recording(recording));
    std::cout << decision.plan.best().ranks.size();
}

void launch_plan_without_layout() {
    DeploymentSpec asked = parse_spec(read_text_file(spec), spec);
    asked.layout.tensor_parallel = 3;
    std::cout << decide(asked, load_recording(recording)).require_launch_plan().hosts.size();
}

void invalid_spec_of_fields() {
    DeploymentSpec made;
    made.hosts.push_back({.name = "node0", .address = "10.0.0.1", .python = "/opt/vllm/bin/python"});
    made.model.path = "DeepSeek-R1";
    validated(made);
}

void document_of_another_value() { from_json<Report>(to_json(DeploymentSpec{}), "report.json"); }

const std::map<std::string, void (*)()> mistakes{
    {"misspelt_key", misspelt_key},
    {"missing_recording", missing_recording},
    {"missing_checkpoint", missing_checkpoint},
    {"impossible_layout", impossible_layout},
    {"launch_plan_without_layout", launch_plan_without_layout},
    {"invalid_spec_of_fields", invalid_spec_of_fields},
    {"document_of_another_value", document_of_another_value},
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4 || !mistakes.contains(argv[1])) {
        std::cerr << "usage: mistakes NAME RECORDING SPEC\n";
        return 2;
    }
    recording = argv[2];
    spec = argv[3];
    try {
        mistakes.at(argv[1])();
    } catch (const r1cluster::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
