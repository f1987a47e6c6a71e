// SPDX-License-Identifier: Apache-2.0
#include "decide/decide.hpp"

#include <fmt/format.h>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

Finding finding(std::string id, std::string subject, std::string observed, std::string expected, std::string remedy) {
    return {std::move(id),       Severity::error,   std::move(subject), std::move(observed),
            std::move(expected), std::move(remedy), "docs/checks.md"};
}

std::string why_rejected(const Plan& plan) {
    std::string why;
    for (const RejectedLayout& rejected : plan.rejected) {
        if (rejected.is_unasked) continue;
        why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", rejected.sizes.empty() ? "every size" : rejected.sizes,
                           rejected.because);
    }
    return why.empty() ? "no layout is possible" : why;
}

}  // namespace

Decided decide(const DeploymentSpec& spec, const Recording& recording, const PlanOptions& options) {
    Decided decided;
    decided.cluster = interpret(recording);
    Report more;
    if (recording.checkpoint) {
        try {
            decided.checkpoint = parse_checkpoint(*recording.checkpoint);
            decided.plan = plan_layouts(spec, decided.cluster, *decided.checkpoint, options);
        } catch (const Error& error) {
            more.findings.push_back(finding("checkpoint.readable", spec.model.path, error.what(),
                                            "a checkpoint that is whole and of a known family",
                                            "copy the checkpoint again"));
        }
    }
    const Layout* layout = decided.layout();
    const Checkpoint* checkpoint = decided.checkpoint ? &*decided.checkpoint : nullptr;
    if (checkpoint && !layout && more.findings.empty()) {
        more.findings.push_back(finding("plan.possible", spec.model.path, why_rejected(decided.plan),
                                        "a layout that these hosts and this model allow",
                                        "change [layout], or the hosts"));
    }
    if (layout) {
        try {
            decided.settings = choose_settings(spec, decided.cluster, *layout);
            decided.launch_plan = plan_launch(spec, decided.cluster, *layout, decided.settings);
        } catch (const Error& error) {
            more.findings.push_back(finding("launch.possible", error.subject(), error.what(),
                                            "an engine and a layout that go together", "see the message"));
        }
    }
    more.findings.insert(more.findings.end(), decided.settings.findings.begin(), decided.settings.findings.end());
    decided.report = merge(check({spec, decided.cluster, checkpoint, layout}), more);
    return decided;
}

}  // namespace r1cluster::detail
