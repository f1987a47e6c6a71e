// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "knowledge/find_row.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster {
namespace {

using namespace knowledge;

/// Words of letters and digits, in capitals.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool is_in_word = false;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (!std::isalnum(byte)) {
            is_in_word = false;
            continue;
        }
        if (!is_in_word) words.emplace_back();
        is_in_word = true;
        words.back() += static_cast<char>(std::toupper(byte));
    }
    return words;
}

bool is_named(std::string_view filesystem, const std::string& name) {
    return name.ends_with('*') ? filesystem.starts_with(name.substr(0, name.size() - 1)) : filesystem == name;
}

/// "10" holds for "10.0", "12.1" and any later major number.
bool is_of_capability(std::string_view row, std::string_view capability) {
    if (row.empty() || row == capability) return true;
    if (row.find('.') != std::string_view::npos) return false;
    const auto wanted = Version::try_parse(row), has = Version::try_parse(capability);
    return wanted && has && *has >= *wanted;
}

/// A row of this Knowledge, else of the embedded one, which has one for all that the code asks for.
template <class Table, class Holds>
const auto& row_or_embedded(const Knowledge& tables, Table table, Holds holds, std::string_view what,
                            std::string_view name) {
    const auto* row = find_row(tables.*table, holds);
    if (!row) row = find_row(Knowledge::embedded().*table, holds);
    if (row) return *row;
    throw Error(ErrorKind::internal, std::string(name),
                "looking up " + std::string(what) + " \"" + std::string(name) + "\": there is no row of its name");
}

template <class Name>
const Interval& find_figure(const Knowledge& tables, std::vector<FigureRow<Name>> Knowledge::*table, Name name) {
    const auto place = static_cast<std::size_t>(name);  // parse_knowledge() sorts them
    const std::vector<FigureRow<Name>>& rows = tables.*table;
    if (place < rows.size() && rows[place].name == name) return rows[place].value;
    return row_or_embedded(
               tables, table, [&](const FigureRow<Name>& row) { return row.name == name; }, "a figure", to_text(name))
        .value;
}

bool is_of_cpu(const NcclCpuRate& row, std::string_view vendor, int family, int model) {
    return (row.vendor.empty() || row.vendor == vendor) && row.family.value_or(family) == family &&
           row.least_model.value_or(model) <= model && row.most_model.value_or(model) >= model;
}

}  // namespace

const EngineKnowledge& Knowledge::engine(std::string_view name) const {
    static const EngineKnowledge unknown;
    const auto found = engines.find(std::string(name));
    return found == engines.end() ? unknown : found->second;
}

const GpuId* Knowledge::find_gpu_id(std::string_view device_id) const {
    return find_row(gpu_ids, [&](const GpuId& row) { return row.device_id == device_id; });
}

const GpuFigures* Knowledge::find_gpu_figures(std::string_view name) const {
    const std::vector<std::string> words = words_of(name);
    return find_row(gpus, [&](const GpuFigures& row) {
        return std::ranges::all_of(words_of(row.words),
                                   [&](const std::string& word) { return std::ranges::count(words, word) > 0; });
    });
}

std::vector<const GpuFigures*> Knowledge::gpu_figures_of_capability(std::string_view compute_capability) const {
    std::vector<const GpuFigures*> some, all;
    for (const GpuFigures& row : gpus) {
        all.push_back(&row);
        if (row.compute_capability == compute_capability) some.push_back(&row);
    }
    return some.empty() ? all : some;
}

const FamilyMember* Knowledge::find_member(std::string_view architecture, std::int64_t hidden_size,
                                           std::int64_t intermediate_size, std::int64_t layers) const {
    return find_row(model_families, [&](const FamilyMember& row) {
        return row.architecture == architecture && row.hidden_size == hidden_size &&
               row.intermediate_size == intermediate_size && row.layers == layers;
    });
}

std::vector<const FamilyMember*> Knowledge::smaller_members(const FamilyMember& member) const {
    std::vector<const FamilyMember*> smaller;
    bool is_behind = false;
    for (const FamilyMember& row : model_families) {
        if (is_behind && row.family == member.family) smaller.push_back(&row);
        is_behind = is_behind || &row == &member;
    }
    return smaller;
}

const StorageRate& Knowledge::find_storage_rate(std::string_view filesystem_type) const {
    const StorageRate* row = find_row(storage, [&](const StorageRate& one) {
        return std::ranges::any_of(one.filesystems,
                                   [&](const std::string& name) { return is_named(filesystem_type, name); });
    });
    if (!row) row = find_row(storage, [](const StorageRate& one) { return one.filesystems.empty(); });
    static const StorageRate unknown{.gbytes_per_s = {0.1, 1, 10}};
    return row ? *row : unknown;
}

bool Knowledge::tool_has(std::string_view tool, std::string_view feature, const Version& version) const {
    return find_row(tool_features, [&](const ToolFeature& row) {
               return row.tool == tool && row.feature == feature && row.releases.contain(version);
           }) != nullptr;
}

std::string Knowledge::tool_since(std::string_view tool, std::string_view feature) const {
    const ToolFeature* row =
        find_row(tool_features, [&](const ToolFeature& one) { return one.tool == tool && one.feature == feature; });
    return row && row->releases.since ? row->releases.since->text() : "";
}

double Knowledge::threshold(std::string_view name) const {
    return row_or_embedded(
               *this, &Knowledge::thresholds, [&](const Threshold& row) { return row.name == name; }, "a threshold",
               name)
        .value;
}

const Interval& Knowledge::figure(SpeedFigure name) const {
    return find_figure(*this, &Knowledge::speed_figures, name);
}
const Interval& Knowledge::figure(LinkFigure name) const { return find_figure(*this, &Knowledge::link_figures, name); }
const Interval& Knowledge::figure(MemoryFigure name) const {
    return find_figure(*this, &Knowledge::memory_figures, name);
}

const ContextMemory& Knowledge::find_context_memory(std::string_view what, int ranks) const {
    const ContextMemory* found = nullptr;
    for (const ContextMemory& row : context_memory) {
        const bool is_closer = !found || row.ranks > found->ranks;
        if (row.what == what && row.ranks <= ranks && is_closer) found = &row;
    }
    if (found) return *found;
    return row_or_embedded(
        *this, &Knowledge::context_memory, [&](const ContextMemory& row) { return row.what == what; },
        "memory of a context", what);
}

const CheckRule& Knowledge::find_check(std::string_view id) const {
    return row_or_embedded(
        *this, &Knowledge::checks, [&](const CheckRule& row) { return row.id == id; }, "a check", id);
}

std::vector<const Signature*> Knowledge::signatures_in_order() const {
    std::vector<const Signature*> order;
    const auto add = [&](const std::vector<Signature>& rows) {
        for (const Signature& row : rows) order.push_back(&row);
    };
    for (const auto& [name, one] : engines) add(one.signatures);
    add(signatures);
    std::ranges::stable_sort(order, {}, &Signature::place);
    return order;
}

double Knowledge::nccl_pcie_gbytes_per_s(std::optional<double> gigatransfers_per_s, std::optional<int> lanes) const {
    const NcclPcieRate* row =
        find_row(nccl_pcie, [&](const NcclPcieRate& one) { return one.gigatransfers_per_s == gigatransfers_per_s; });
    if (!row) row = find_row(nccl_pcie, [](const NcclPcieRate& one) { return one.is_default; });
    const int width = lanes.value_or(0) > 0 ? *lanes : 16;
    return row ? width * row->lane_gbytes_per_s : 0;
}

double Knowledge::nccl_nvlink_gbytes_per_s(std::string_view compute_capability) const {
    const NcclNvlinkRate* row = find_row(nccl_nvlink, [&](const NcclNvlinkRate& one) {
        return is_of_capability(one.compute_capability, compute_capability);
    });
    return row ? row->gbytes_per_s : 0;
}

double Knowledge::nccl_between_cpus_gbytes_per_s(std::string_view vendor, int family, int model) const {
    const NcclCpuRate* row =
        find_row(nccl_cpus, [&](const NcclCpuRate& one) { return is_of_cpu(one, vendor, family, model); });
    return row ? row->gbytes_per_s : 0;
}

}  // namespace r1cluster
