// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/decide/decide.hpp"

#include "check/two_hosts.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/host/example/example.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

const Recording& recording_of_hosts() {
    static const Recording recording = example_recording();
    return recording;
}

/// "error: subject: observed | expected | remedy" of the findings of one rule, one a line.
std::string findings_of(const Decision& decision, std::string_view id) {
    std::string text;
    for (const Finding& finding : decision.report.findings) {
        if (finding.id == id) text += (text.empty() ? "" : "\n") + text_of(finding);
    }
    return text;
}

bool was_checked(const Decision& decision, std::string_view id) {
    for (const CheckedRule& rule : decision.report.checked) {
        if (rule.id == id) return rule.subjects > 0;
    }
    return false;
}

}  // namespace

TEST_CASE("a decision holds every step of a deployment that can be", "[decide]") {
    const Decision decision = decide(example_spec(), recording_of_hosts());
    CHECK(decision.refusals.empty());
    CHECK(decision.checkpoint);
    CHECK(decision.layout == decision.plan.layouts.at(0));
    CHECK(decision.require_settings().hosts.size() == 2);
    CHECK(decision.require_launch_plan().hosts.size() == 2);
    for (const char* id : {"checkpoint.readable", "plan.possible", "config.possible", "config.interface",
                           "config.address", "config.override", "launch.possible"}) {
        INFO(id);
        CHECK(was_checked(decision, id));
        CHECK(findings_of(decision, id).empty());
    }
}

TEST_CASE("another layout than the best can be decided for without another spec", "[decide]") {
    DeploymentSpec spec = example_spec();
    spec.layout = {};
    const Decision first = decide(spec, recording_of_hosts());
    REQUIRE(first.plan.layouts.size() > 1);
    const Decision second = decide(spec, recording_of_hosts(), {.layout = 1});
    CHECK(second.layout == first.plan.layouts[1]);
    CHECK(second.plan == first.plan);
    CHECK(second.launch_plan != first.launch_plan);
}

TEST_CASE("a layout that the plan does not list is an error", "[decide]") {
    CHECK(error_of([] { decide(example_spec(), recording_of_hosts(), {.plan = {.limit = 1}, .layout = 7}); }) ==
          "deciding \"r1\": there is no layout 7; the plan lists 1, from 0");
}

TEST_CASE("a checkpoint that cannot be read is a finding of its rule, and refuses the layout", "[decide]") {
    Recording recording = recording_of_hosts();
    recording.checkpoint->config = "{";
    const Decision decision = decide(example_spec(), recording);
    CHECK(!decision.checkpoint);
    REQUIRE(decision.find(DecisionStep::checkpoint));
    const std::string because = decision.find(DecisionStep::checkpoint)->because;
    CHECK(findings_of(decision, "checkpoint.readable") ==
          "/data/DeepSeek-R1: error: " + because +
              "; 5 rules need it and could not be judged: gpu.capability, gpu.same, checkpoint.complete, "
              "memory.host_enough, memory.device_enough | a checkpoint that is whole | copy the checkpoint again");
    CHECK(!was_checked(decision, "plan.possible"));
    CHECK(error_of([&] { decision.require_layout(); }) == "planning \"/data/DeepSeek-R1\": " + because);
}

TEST_CASE("without a checkpoint nothing is refused, and the layout was not found", "[decide]") {
    Recording recording = recording_of_hosts();
    recording.checkpoint.reset();
    const Decision decision = decide(example_spec(), recording);
    CHECK(decision.refusals.empty());
    CHECK(!was_checked(decision, "checkpoint.readable"));
    CHECK(error_of([&] { decision.require_launch_plan(); }) ==
          "not_found: planning \"/data/DeepSeek-R1\": no host gave a checkpoint");
}

TEST_CASE("sizes that do not divide the model are a finding with every reason", "[decide]") {
    DeploymentSpec spec = example_spec();
    spec.layout = {.tensor_parallel = 3};
    const Decision decision = decide(spec, recording_of_hosts());
    CHECK(!decision.layout);
    REQUIRE(decision.find(DecisionStep::plan));
    CHECK(findings_of(decision, "plan.possible") ==
          "/data/DeepSeek-R1: error: " + decision.find(DecisionStep::plan)->because +
              "; 3 rules need it and could not be judged: gpu.same, memory.host_enough, memory.device_enough"
              " | a layout that these hosts and this model allow | change [layout], or the hosts");
}

TEST_CASE("a name in [env] that is no variable is a finding, in the words of the step", "[decide]") {
    DeploymentSpec spec = example_spec();
    spec.env["NOT A NAME"] = "1";
    const Decision decision = decide(spec, recording_of_hosts());
    const std::string because =
        "[env] of the spec: \"NOT A NAME\" is not the name of a variable; expected letters, digits and \"_\"";
    CHECK(findings_of(decision, "config.possible") ==
          "NOT A NAME: error: " + because + " | variables that an environment can hold | correct [env] of the spec");
    CHECK(!was_checked(decision, "launch.possible"));
    CHECK(error_of([&] { decision.require_settings(); }) == because);
}

TEST_CASE("an argument that belongs to us is a finding of the launch, and leaves the settings", "[decide]") {
    DeploymentSpec spec = example_spec();
    spec.engine.extra_arguments = {"--port", "1"};
    const Decision decision = decide(spec, recording_of_hosts());
    CHECK(decision.settings);
    CHECK(findings_of(decision, "launch.possible") ==
          "r1: error: planning the start of \"r1\": engine.extra_arguments has \"--port\"; "
          "expected serve.port instead | an engine and a layout that go together | change [engine] or [layout] of "
          "the spec");
}

TEST_CASE("a variable of the spec that works against the hosts is a finding of check itself", "[decide]") {
    DeploymentSpec spec = example_spec();
    spec.env["GLOO_SOCKET_IFNAME"] = "eth9";
    const Decision decision = decide(spec, recording_of_hosts());
    CHECK_THAT(findings_of(decision, "config.override"),
               ContainsSubstring("error: GLOO_SOCKET_IFNAME=eth9 from the spec; this host has no interface \"eth9\""));
    CHECK(check(decision) == decision.report);
}
