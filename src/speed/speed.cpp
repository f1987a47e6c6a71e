// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/speed/speed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "speed/accuracy.hpp"
#include "speed/layout.hpp"

namespace r1cluster {
namespace {

using detail::SpeedInputs;

/// Both all-reduces of each layer go once around the ring of the group.
double ring_bytes_per_token(const SpeedInputs& inputs) {
    const double ranks = inputs.sizes.tensor_parallel;
    return detail::all_reduces(inputs.config, inputs.sizes.tensor_parallel) * 2.0 * (ranks - 1) / ranks * 2 *
           static_cast<double>(inputs.config.hidden_size);
}

std::string hosts_of(const Layout& layout, int stage) {
    std::vector<std::string> hosts;
    for (const RankPlacement& rank : layout.ranks) {
        if (rank.pipeline_rank != stage || rank.data_rank != 0) continue;
        if (hosts.empty() || hosts.back() != rank.host) hosts.push_back(rank.host);
    }
    std::string text;
    for (const std::string& host : hosts) text += (text.empty() ? "" : " and ") + host;
    return text;
}

/// Sent by each rank for a token of any: gathered before the experts, reduced after them.
LinkTraffic exchange_link(const SpeedInputs& inputs) {
    double layers = 0;
    bool do_span = false;
    for (std::size_t i = 0; i < inputs.stages.size(); ++i) {
        layers += static_cast<double>(inputs.works[i].expert_layers);
        do_span |= inputs.stages[i].do_experts_span_hosts;
    }
    const double ranks = detail::expert_ranks(inputs.sizes);
    const double bytes = layers * 2 * (ranks - 1) / ranks * 2 * static_cast<double>(inputs.config.hidden_size);
    return {fmt::format("between the {:.0f} ranks of the experts", ranks), bytes, 2 * layers, bytes,
            fmt::format("hidden states to and from the experts of {:.0f} layers, over {}", layers,
                        do_span ? inputs.fabric.between_hosts_name : inputs.fabric.in_host_name)};
}

std::vector<LinkTraffic> links_of(const SpeedInputs& inputs, const Layout& layout) {
    std::vector<LinkTraffic> links;
    const double ring = ring_bytes_per_token(inputs);
    const int count = detail::all_reduces(inputs.config, inputs.sizes.tensor_parallel);
    const double layers = static_cast<double>(inputs.config.layers);
    double inside = 0, inside_messages = 0;
    for (std::size_t i = 0; i < inputs.stages.size() && count > 0; ++i) {
        const detail::StagePlacement& stage = inputs.stages[i];
        const double messages = 2 * static_cast<double>(stage.load.layer_count) + (stage.load.is_first ? 1 : 0);
        const double bytes = ring / count * messages;
        if (!stage.spans_hosts) {
            inside += bytes;
            inside_messages += messages;
            continue;
        }
        links.push_back({fmt::format("between {}", hosts_of(layout, static_cast<int>(i))), bytes, messages, bytes,
                         fmt::format("{:.0f} all-reduces of {} ranks over {}", messages, inputs.sizes.tensor_parallel,
                                     inputs.fabric.between_hosts_name)});
    }
    if (inside_messages > 0) {
        links.insert(
            links.begin(),
            {inputs.fabric.in_host_name + " inside a host", inside, inside_messages, inside,
             fmt::format("sent by each GPU: {:.0f} all-reduces of {} ranks in {:.0f} layers, 2 (T-1) / T times "
                         "{} x 2 bytes each",
                         inside_messages, inputs.sizes.tensor_parallel, layers, inputs.config.hidden_size)});
    }
    if (inputs.sizes.data_parallel > 1 && inputs.config.experts) links.push_back(exchange_link(inputs));
    for (std::size_t i = 0; i + 1 < inputs.stages.size(); ++i) {
        const double bytes = detail::hop_bytes_per_token(inputs.config);
        const bool is_other = inputs.stages[i].is_next_on_other_host;
        const std::string from = hosts_of(layout, static_cast<int>(i)), to = hosts_of(layout, static_cast<int>(i) + 1);
        links.push_back(
            {is_other ? fmt::format("{} -> {}", from, to) : fmt::format("stage {} -> {} inside {}", i, i + 1, from),
             bytes, 2, bytes,
             fmt::format("hidden state and residual, 2 x {} x 2 bytes, over {}", inputs.config.hidden_size,
                         is_other ? inputs.fabric.between_hosts_name : inputs.fabric.in_host_name)});
    }
    return links;
}

}  // namespace

SpeedForecast forecast_speed(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                             const Layout& layout, const std::vector<Workload>& workloads, const Knowledge& knowledge) {
    SpeedForecast forecast;
    for (const Workload& workload : workloads) {
        const SpeedInputs inputs = detail::inputs_of(spec, cluster, checkpoint, layout, workload, knowledge);
        forecast.points.push_back(
            detail::speed_point(inputs.options, inputs.config, inputs.sizes, inputs.stages, inputs.fabric, workload));
        if (forecast.links.empty()) forecast.links = links_of(inputs, layout);
    }
    forecast.accuracy = detail::speed_accuracy();
    return forecast;
}

}  // namespace r1cluster
