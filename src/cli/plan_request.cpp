// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_request.hpp"

#include <fmt/format.h>

#include <regex>

#include "cli/usage.hpp"

namespace r1cluster::cli {
namespace {

Observation parse_observation(std::string_view whole) {
    const std::string text(whole);
    static const std::regex form(
        R"(\s*(\d{1,9}(?:\.\d{1,9})?) tokens?/s at (\d{1,6}) requests? of (\d{1,9}) tokens\s*)");
    std::smatch parts;
    if (!std::regex_match(text, parts, form)) {
        throw Error(ErrorKind::invalid_input, text,
                    fmt::format("the observation is \"{}\"; expected such as \"0.8 tokens/s at 4 requests of 32768 "
                                "tokens\"",
                                text));
    }
    Observation observation{std::stod(parts[1]), {std::stoll(parts[2]), 0, 0}};
    const std::int64_t tokens = std::max<std::int64_t>(2, std::stoll(parts[3]));
    observation.workload.output_tokens = std::min(Workload{}.output_tokens, tokens / 2);
    observation.workload.prompt_tokens = tokens - observation.workload.output_tokens;
    return observation;
}

/// A value that its parser refuses is a wrong option, and no failure.
template <class Value>
Value read_value(const CLI::App& verb, const std::string& option, const std::string& text,
                 Value (*parse)(std::string_view)) {
    try {
        return parse(text);
    } catch (const Error& error) {
        throw UsageError(verb, fmt::format("{}: {}", option, error.what()));
    }
}

std::string show_causes(const std::vector<SlownessCause>& causes) {
    std::string text;
    for (const SlownessCause& cause : causes) {
        text += fmt::format("{:>3.0f} %  {}: {:.3g} ms a token ({:.3g} to {:.3g})\n", cause.fit * 100, cause.name,
                            cause.tpot_ms.likely, cause.tpot_ms.low, cause.tpot_ms.high);
        text += fmt::format("       because {}\n       to tell: {}\n", cause.because, cause.how_to_tell);
    }
    return text.empty() ? "nothing that we know explains it\n" : text;
}

/// Those by which the plan was ordered, and both ends: one request, and many.
std::vector<Workload> workloads_of(const Layout& layout) {
    std::vector<Workload> workloads{Workload{}, Workload{32, 1024, 1024}};
    if (layout.workload && *layout.workload != workloads[0]) workloads.insert(workloads.begin(), *layout.workload);
    return workloads;
}

}  // namespace

void PlanRequest::add_to(CLI::App& verb) {
    verb.add_option_function<std::string>(
        "--for", [this, &verb](const std::string& text) { goal = read_value(verb, "--for", text, parse_goal); },
        "latency, throughput, context, or \"32 users at 8192 tokens\"");
    constexpr NumberRange sizes{1, 65'536};
    add_number(verb, "--tp", tensor_parallel, "tensor parallel size", sizes);
    add_number(verb, "--pp", pipeline_parallel, "pipeline parallel size", sizes);
    add_number(verb, "--dp", data_parallel, "data parallel size", sizes);
    add_choice(verb, "--ep", expert_parallel, "expert parallelism: whole experts on each rank", {"on", "off"});
    add_number(verb, "--dcp", decode_context_parallel, "decode context parallel size", sizes);
    add_number(verb, "--limit", options.limit, "number of layouts to list", {1, 100'000});
    CLI::Option* memory = verb.add_flag("--memory", wants_memory, "print the memory of the first layout instead");
    CLI::Option* speed = verb.add_flag("--speed", wants_speed, "print the speed of the first layout instead");
    CLI::Option* seen = verb.add_option_function<std::string>(
        "--observed",
        [this, &verb](const std::string& text) { observed = read_value(verb, "--observed", text, parse_observation); },
        "print possible causes of \"0.8 tokens/s at 4 requests of 32768 tokens\" instead");
    speed->excludes(memory);
    seen->excludes(memory)->excludes(speed);
    add_number(verb, "--context", context_tokens, "with --memory: print how many requests of this many tokens fit")
        ->needs(memory);
    verb.add_option("--calibrate", calibration_log,
                    "with --memory: replace estimates by the numbers in this log of the engine")
        ->needs(memory);
}

DeploymentSpec PlanRequest::applied_to(DeploymentSpec spec) const {
    if (goal) spec.serve.goal = goal;
    LayoutSpec& layout = spec.layout;
    if (tensor_parallel) layout.tensor_parallel = tensor_parallel;
    if (pipeline_parallel && pipeline_parallel != layout.pipeline_parallel) {
        layout.pipeline_parallel = pipeline_parallel;
        layout.layers_per_stage.reset();  // it was for other stages
    }
    if (data_parallel) layout.data_parallel = data_parallel;
    if (!expert_parallel.empty()) layout.expert_parallel = expert_parallel == "on";
    if (decode_context_parallel) layout.decode_context_parallel = decode_context_parallel;
    return validated(std::move(spec));
}

void PlanRequest::print_forecast(const Session& session, const Decision& decision) const {
    const Layout& layout = decision.require_layout();
    const Checkpoint& checkpoint = *decision.checkpoint;
    if (wants_memory) {
        DeploymentSpec spec = decision.spec;
        if (context_tokens) {
            spec.serve.goal = spec.serve.goal.value_or(Goal{});
            spec.serve.goal->tokens = *context_tokens;
        }
        const Calibration calibration = calibration_log.empty()
                                            ? Calibration{}
                                            : parse_calibration(read_text_file(calibration_log), calibration_log);
        const MemoryForecast forecast =
            forecast_memory(spec, decision.cluster, checkpoint, layout, calibration, session.knowledge());
        print(session, forecast, [&] { return show(forecast, session.explains); });
    } else if (wants_speed) {
        const SpeedForecast forecast = forecast_speed(decision.spec, decision.cluster, checkpoint, layout,
                                                      workloads_of(layout), session.knowledge());
        print(session, forecast, [&] { return show(forecast, session.explains); });
    } else {
        const std::vector<SlownessCause> causes =
            explain_slowness(decision.spec, decision.cluster, checkpoint, layout, observed->workload,
                             observed->tokens_per_s, session.knowledge());
        print_out(show_causes(causes));
    }
}

}  // namespace r1cluster::cli
