// SPDX-License-Identifier: Apache-2.0
#include "facts/golden_subjects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/serialize.hpp>
#include <vector>

#include "facts/describe.hpp"
#include "r1cluster/views/views.hpp"

using namespace r1cluster;

namespace {

template <class T>
struct Named {
    std::string name;
    T value;
};

/// A line for each value of a field that differs from that of an empty T, with the names of those that have the value.
/// Lists of structs are counted: each is a subject of its own.
template <class T>
std::string by_field(const std::vector<Named<T>>& all) {
    std::string text;
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
        const auto json_of = [&](const T& value) {
            const auto json = detail::to_value(value.*member.pointer);
            const bool is_list = json.is_array() && !json.get_array().empty() && json.get_array()[0].is_object();
            return is_list ? fmt::format("{} of them", json.get_array().size()) : boost::json::serialize(json);
        };
        std::map<std::string, std::vector<std::string>> names;
        for (const Named<T>& one : all) names[json_of(one.value)].push_back(one.name);
        names.erase(json_of(T{}));
        for (const auto& [value, who] : names) {
            const bool is_all = who.size() == all.size() && all.size() > 1;
            text +=
                fmt::format("{}: {} ({})\n", member.name, value, is_all ? "all" : fmt::to_string(fmt::join(who, " ")));
        }
    });
    return text;
}

std::string gpus_of(const Machine& machine) {
    std::vector<Named<Gpu>> gpus;
    for (const Gpu& gpu : machine.gpus) gpus.push_back({fmt::format("gpu{}", gpu.nvml_index), gpu});
    return by_field(gpus);
}

std::string nvlinks_of(const Machine& machine) {
    std::vector<Named<NvLink>> links;
    for (const Gpu& gpu : machine.gpus) {
        for (NvLink link : gpu.nvlinks) {
            const std::string name = fmt::format("gpu{}.{}", gpu.nvml_index, link.index);
            link.index = 0;
            links.push_back({name, link});
        }
    }
    return by_field(links);
}

std::string hcas_of(const Machine& machine) {
    std::vector<Named<Hca>> hcas;
    std::vector<Named<HcaPort>> ports;
    for (const Hca& hca : machine.hcas) {
        hcas.push_back({hca.name, hca});
        for (const HcaPort& port : hca.ports) ports.push_back({fmt::format("{}.{}", hca.name, port.number), port});
    }
    return by_field(hcas) + by_field(ports);
}

/// Pairs of devices by how they reach each other.
std::string paths_of(const Machine& machine) {
    std::map<std::string, std::vector<std::string>> pairs;
    for (const DevicePath& path : machine.device_paths) {
        const double bandwidth = path.nccl_bandwidth_gbytes_per_s.value_or(0);
        pairs[fmt::format("{} {} {:g} ({})", path.path, to_text(path.nccl_path), bandwidth, path.because)].push_back(
            path.from + "-" + path.to);
    }
    std::string text;
    for (const auto& [how, who] : pairs) text += fmt::format("{}: {}\n", how, fmt::join(who, " "));
    return text;
}

std::string limits_of(const Machine& machine) { return by_field(std::vector<Named<Limits>>{{"", machine.limits}}); }

/// "subject: because -> remedy"
template <class T>
std::string sentences_of(const std::vector<T>& all) {
    std::string text;
    for (const T& one : all) {
        text += fmt::format("{}: {}{}{}\n", one.subject, one.because, one.remedy.empty() ? "" : " -> ", one.remedy);
    }
    return text;
}

}  // namespace

std::map<std::string, std::string> golden_subjects(const Cluster& cluster) {
    std::map<std::string, std::string> texts{{"show", show(cluster)}};
    for (const Machine& machine : cluster.machines) {
        texts["matrix"] += show_matrix(machine);
        const std::map<std::string, std::string> subjects{
            {"gpus", gpus_of(machine)},          {"nvlinks", nvlinks_of(machine)},
            {"hcas", hcas_of(machine)},          {"paths", paths_of(machine)},
            {"limits", limits_of(machine)},      {"problems", sentences_of(machine.problems)},
            {"gaps", sentences_of(machine.gaps)}};
        for (const auto& [subject, text] : subjects) {
            if (!text.empty()) texts[subject] += machine.host + "\n" + text;
        }
    }
    return texts;
}
