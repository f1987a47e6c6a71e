// SPDX-License-Identifier: Apache-2.0
// plan --from-engine: what an installed engine says of itself, beside what our rules say.
#include <fmt/format.h>

#include "cli/session.hpp"

namespace r1cluster::cli {
namespace {

std::string& environment() {
    static std::string value;
    return value;
}

bool is_known(const ModelConfig& config) {
    try {
        family_of(config);
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// Sizes that were given are asked about as they are, so that no GPU has to be there; else the best of ours.
Layout layout_to_ask(const Session& session, const DeploymentSpec& spec, const Recording& recording,
                     const Checkpoint& checkpoint) {
    std::optional<int> stages = spec.layout.pipeline_parallel;
    if (!stages && spec.layout.layers_per_stage) stages = static_cast<int>(spec.layout.layers_per_stage->size());
    if (spec.layout.tensor_parallel && stages) return place_ranks(spec, *spec.layout.tensor_parallel, *stages);
    if (!is_known(checkpoint.config)) {
        throw Error(ErrorKind::invalid_input, checkpoint.config.architecture,
                    fmt::format("planning \"{}\" of the architecture \"{}\": without rules for it no size can be "
                                "chosen; give --tp and --pp, or [layout]",
                                checkpoint.path, checkpoint.config.architecture));
    }
    Plan plan =
        r1cluster::plan_layouts(spec, interpret(recording, session.knowledge()), checkpoint, {}, session.knowledge());
    if (plan.layouts.empty()) {
        throw Error(ErrorKind::invalid_input, spec.model.path,
                    fmt::format("planning \"{}\": {}; give --tp and --pp to ask the engine all the same",
                                spec.model.path, plan.rejected.front().because));
    }
    return std::move(plan.layouts.front());
}

struct Comparison {
    std::string text;
    bool is_equal = true;
};

Comparison compare_with_rules(const EnginePlan& engine, const Layout& layout, const Checkpoint& checkpoint,
                              const Knowledge& knowledge) {
    constexpr std::size_t most_shown = 5;
    if (!is_known(checkpoint.config)) {
        return {fmt::format("\nequal to our own rules: there are none for \"{}\"\n", checkpoint.config.architecture)};
    }
    std::vector<std::string> differences;
    try {
        differences = compare(plan_shards(layout, checkpoint, knowledge), engine, checkpoint);
    } catch (const Error& refused) {
        differences.push_back(fmt::format("ours refuse: {}", refused.what()));
    }
    if (differences.empty()) return {"\nequal to our own rules: yes, byte by byte\n"};
    Comparison result{fmt::format("\nequal to our own rules: no, {} difference{}\n", differences.size(),
                                  differences.size() == 1 ? "" : "s"),
                      false};
    for (std::size_t i = 0; i < std::min(differences.size(), most_shown); ++i)
        result.text += "  " + differences[i] + "\n";
    if (differences.size() > most_shown) result.text += fmt::format("  and {} more\n", differences.size() - most_shown);
    return result;
}

}  // namespace

void add_from_engine(CLI::App& verb) {
    verb.add_option("--from-engine", environment(),
                    "ask the engine of this environment on this machine (folder, or its Python) what each rank reads");
}

bool plan_from_engine(Session& session, const DeploymentSpec& spec) {
    if (environment().empty()) return false;
    const Recording recording = session.recording();
    if (!recording.checkpoint) {
        throw Error(ErrorKind::not_found, spec.model.path,
                    fmt::format("planning \"{}\": no host gave a checkpoint", spec.model.path));
    }
    const Checkpoint checkpoint = parse_checkpoint(*recording.checkpoint);
    const Layout asked = layout_to_ask(session, spec, recording, checkpoint);
    const EnginePlan engine = ask_engine(environment(), {*recording.checkpoint, asked}, session.host_options());
    end_progress();
    const Comparison comparison =
        compare_with_rules(engine, apply_engine_plan(asked, engine), checkpoint, session.knowledge());
    print(session, engine, [&] {
        return fmt::format("TP {} x PP {} ", asked.tensor_parallel, asked.pipeline_parallel) + show(engine) +
               show_hosts(engine.hosts) + comparison.text;
    });
    if (!comparison.is_equal) session.exit_code = has_findings;
    return true;
}

}  // namespace r1cluster::cli
