// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/host/example/example.hpp"

#include <filesystem>

#include "r1cluster/decide/decide.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

namespace fs = std::filesystem;

const Recording& recording() {
    static const Recording made = example_recording();
    return made;
}

const Decision& decision() {
    static const Decision made = decide(example_spec(), recording());
    return made;
}

std::size_t entries_in(const std::string& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("check of the example finds nothing, and nothing of its machines is unknown", "[host/example]") {
    CHECK(show(decision().report) == "ready\n");
    CHECK(decision().report.findings.empty());
    for (const CheckedRule& rule : decision().report.checked) {
        INFO(rule.id);
        CHECK(rule.passed == rule.subjects);
    }
    for (const Machine& machine : decision().cluster.machines) {
        for (const Gap& gap : machine.gaps) FAIL_CHECK(machine.host << ": " << gap.subject << ": " << gap.because);
        CHECK(machine.problems.empty());
    }
}

TEST_CASE("each host of the example has eight GPUs, each with its own InfiniBand rail", "[host/example]") {
    REQUIRE(decision().cluster.machines.size() == 2);
    for (const Machine& machine : decision().cluster.machines) {
        CHECK(machine.gpus.size() == 8);
        REQUIRE(machine.hcas.size() == 8);
        for (const Hca& hca : machine.hcas) {
            CHECK(hca.role == HcaRole::compute);
            CHECK(hca.ports.at(0).rate_gbps == 400);
            CHECK(hca.ports.at(0).state == HcaPortState::active);
        }
    }
    CHECK(decision().cluster.rails.size() == 8);
}

TEST_CASE("the hosts of the example differ in what identifies them", "[host/example]") {
    const std::vector<Machine>& machines = decision().cluster.machines;
    CHECK(machines.at(0).boot_id != machines.at(1).boot_id);
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(machines[0].gpus[i].uuid != machines[1].gpus[i].uuid);
        CHECK(machines[0].hcas[i].node_guid != machines[1].hcas[i].node_guid);
        CHECK(machines[0].hcas[i].ports[0].lid != machines[1].hcas[i].ports[0].lid);
    }
}

TEST_CASE("DeepSeek-R1 fits the example with one stage of eight GPUs on each host", "[host/example]") {
    const Layout& layout = decision().require_layout();
    CHECK(layout.tensor_parallel == 8);
    CHECK(layout.pipeline_parallel == 2);
    CHECK(decision().require_launch_plan().hosts.size() == 2);
}

TEST_CASE("an example that was written loads as what it was made of", "[host/example]") {
    const ScratchFolder scratch;
    const std::string folder = scratch.path("deep/example");
    write_example(folder);
    CHECK(entries_in(folder) == 2);
    CHECK(load_recording(folder + "/recording") == recording());
    CHECK(parse_spec(read_text_file(folder + "/cluster.toml")) == example_spec());
}

TEST_CASE("an empty folder takes the example, one with content is refused and left alone", "[host/example]") {
    const ScratchFolder scratch;
    const std::string folder = scratch.path("example");
    fs::create_directory(folder);
    write_example(folder + "/");
    const std::string refusal =
        "writing the example to \"" + folder + "\": it exists and is not an empty folder; expected a new one";
    CHECK(error_of([&] { write_example(folder); }) == refusal);
    CHECK(entries_in(folder) == 2);
    CHECK(error_of([] { write_example(""); }) == "writing the example to \"\": no folder is named");
}

TEST_CASE("where the example cannot be written, nothing stays behind", "[host/example]") {
    const ScratchFolder scratch;
    scratch.write("file", "mine");
    CHECK_THAT(error_of([&] { write_example(scratch.path("file/example")); }), ContainsSubstring("Not a directory"));
    CHECK(entries_in(scratch.path()) == 1);
    CHECK(read_text_file(scratch.path("file")) == "mine");
}
