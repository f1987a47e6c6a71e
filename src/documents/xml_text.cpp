// SPDX-License-Identifier: Apache-2.0
#include "documents/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "documents/values.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_xml_depth = 64;
constexpr std::ptrdiff_t max_parts = 1'000'000;  // a node of pugixml is about 70 bytes, an attribute 40

/// What walks the tree by recursion relies on it; pugixml itself parses and traverses without.
struct DepthLimit : pugi::xml_tree_walker {
    pugi::xml_node too_deep;
    bool for_each(pugi::xml_node& node) override {
        if (depth() >= max_xml_depth) too_deep = node;
        return !too_deep;
    }
};

}  // namespace

XmlText::XmlText(std::string_view text, std::string source, const char* root_name)
    : text_(text), source_(std::move(source)) {
    start_ = std::min(text.find('<'), text.size());
    const std::string_view xml = text.substr(start_);
    const auto parts = std::count_if(xml.begin(), xml.end(), [](char c) { return c == '<' || c == '='; });
    if (parts > max_parts) {
        throw detail::refusal(text_, source_, start_, "more than 1,000,000 elements and attributes");
    }
    const pugi::xml_parse_result parsed =
        document_.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
        const auto offset = start_ + static_cast<std::size_t>(parsed.offset);
        throw detail::refusal(text_, source_, offset, fmt::format("not XML: {}", parsed.description()));
    }
    if (root().name() != std::string_view(root_name)) {
        throw refusal(root(), fmt::format("the root is <{}>; expected <{}>", root().name(), root_name));
    }
    DepthLimit limit;
    document_.traverse(limit);
    if (limit.too_deep) throw refusal(limit.too_deep, "elements nest deeper than 64");
}

Error XmlText::refusal(pugi::xml_node node, const std::string& what) const {
    const std::ptrdiff_t offset = node.offset_debug();  // of the name; of the '<' is one less
    const std::size_t place = start_ + static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset - 1, 0));
    return detail::refusal(text_, source_, place, what);
}

void XmlText::check_excess(pugi::xml_node node, const Machine& machine) const {
    const std::string excess = excess_of(machine);
    if (!excess.empty()) throw refusal(node, excess);
}

std::optional<std::string> XmlText::attribute(pugi::xml_node node, const char* name) {
    const pugi::xml_attribute found = node.attribute(name);
    return found ? std::optional<std::string>(found.value()) : std::nullopt;
}

std::optional<int> XmlText::number(pugi::xml_node node, const char* name) const {
    const auto value = attribute(node, name);
    if (!value) return std::nullopt;
    const auto number = number_of<int>(*value);
    if (!number)
        throw refusal(node, fmt::format("{}=\"{}\" of <{}>: expected a whole number", name, *value, node.name()));
    return number;
}

std::string XmlText::required(pugi::xml_node node, const char* name) const {
    const auto value = attribute(node, name);
    if (!value) throw refusal(node, fmt::format("<{}> has no attribute \"{}\"", node.name(), name));
    return *value;
}

}  // namespace r1cluster::detail
