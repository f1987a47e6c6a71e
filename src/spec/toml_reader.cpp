// SPDX-License-Identifier: Apache-2.0
#include "spec/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "base/nearest_name.hpp"
#include "spec/allowed_text.hpp"

namespace r1cluster::detail {
namespace {

[[noreturn]] void wrong_type(const std::string& key, std::string_view expected, const toml::node& node) {
    throw InvalidValue{key, fmt::format("{} must be {}, but is {}", key, expected, type_name(node))};
}

std::string text_of(const toml::node& node, const std::string& key) {
    if (const auto* text = node.as_string()) return text->get();
    wrong_type(key, "a text", node);
}

std::int64_t whole_of(const toml::node& node, const std::string& key) {
    if (const auto* number = node.as_integer()) return number->get();
    wrong_type(key, "a whole number", node);
}

int int_of(const toml::node& node, const std::string& key) {
    const std::int64_t number = whole_of(node, key);
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
        throw InvalidValue{key, fmt::format("{} is {}, which is out of range", key, number)};
    }
    return static_cast<int>(number);
}

std::string advice(std::string_view key, std::vector<std::string> known) {
    if (const auto nearest = nearest_name(key, known)) return fmt::format("did you mean \"{}\"?", *nearest);
    std::sort(known.begin(), known.end());
    return fmt::format("known here: {}", fmt::join(known, ", "));
}

std::string joined(const std::string& key, std::string_view name) {
    return key.empty() ? std::string(name) : fmt::format("{}.{}", key, name);
}

}  // namespace

void Positions::add(const std::string& key, const toml::source_region& region) {
    if (region.begin) positions_[key] = {region.begin.line, region.begin.column};
}

TextPosition Positions::find(std::string key) const {
    while (true) {
        if (const auto found = positions_.find(key); found != positions_.end()) return found->second;
        const std::size_t end = key.find_last_of(".[");
        if (end == std::string::npos) return {};
        key.resize(end);
    }
}

TableReader::TableReader(const toml::table& table, std::string key, Positions& positions)
    : table_(&table), key_(std::move(key)), positions_(&positions) {}

std::optional<TableReader::Item> TableReader::take(std::string_view name) {
    known_.emplace_back(name);
    const toml::node* node = table_->get(name);
    if (!node) return std::nullopt;
    std::string key = joined(key_, name);
    positions_->add(key, node->source());
    return Item{node, std::move(key)};
}

void TableReader::read(std::string_view name, std::string& target) {
    if (const auto item = take(name)) target = text_of(*item->node, item->key);
}

void TableReader::read(std::string_view name, std::optional<int>& target) {
    if (const auto item = take(name)) target = int_of(*item->node, item->key);
}

void TableReader::read(std::string_view name, int& target) {
    if (const auto item = take(name)) target = int_of(*item->node, item->key);
}

void TableReader::read(std::string_view name, std::optional<double>& target) {
    const auto item = take(name);
    if (!item) return;
    if (!item->node->is_number()) wrong_type(item->key, "a number", *item->node);
    target = *item->node->value<double>();
}

void TableReader::read(std::string_view name, bool& target) {
    std::optional<bool> given;
    read(name, given);
    if (given) target = *given;
}

void TableReader::read(std::string_view name, std::optional<bool>& target) {
    const auto item = take(name);
    if (!item) return;
    if (!item->node->is_boolean()) wrong_type(item->key, "true or false", *item->node);
    target = *item->node->value<bool>();
}

void TableReader::read(std::string_view name, std::optional<std::int64_t>& target) {
    if (const auto item = take(name)) target = whole_of(*item->node, item->key);
}

void TableReader::read(std::string_view name, std::vector<std::string>& target) {
    const auto item = take(name);
    if (!item) return;
    const toml::array* array = item->node->as_array();
    if (!array) wrong_type(item->key, "a list of texts", *item->node);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::string key = fmt::format("{}[{}]", item->key, i);
        positions_->add(key, (*array)[i].source());
        target.push_back(text_of((*array)[i], key));
    }
}

void TableReader::read(std::string_view name, std::optional<std::vector<int>>& target) {
    const auto item = take(name);
    if (!item) return;
    const toml::array* array = item->node->as_array();
    if (!array) wrong_type(item->key, "a list of whole numbers", *item->node);
    target.emplace();
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::string key = fmt::format("{}[{}]", item->key, i);
        positions_->add(key, (*array)[i].source());
        target->push_back(int_of((*array)[i], key));
    }
}

void TableReader::read(std::string_view name, std::map<std::string, std::string>& target) {
    const auto item = take(name);
    if (!item) return;
    const toml::table* table = item->node->as_table();
    if (!table) wrong_type(item->key, "a table of texts", *item->node);
    for (auto&& [variable, node] : *table) {
        const std::string key = joined(item->key, variable.str());
        positions_->add(key, node.source());
        target.emplace(variable.str(), text_of(node, key));
    }
}

void TableReader::read_bytes(std::string_view name, std::optional<std::uint64_t>& target) {
    const auto item = take(name);
    if (!item) return;
    if (const auto* number = item->node->as_integer()) {
        if (number->get() < 0)
            throw InvalidValue{item->key, fmt::format("{} is {}, below 0", item->key, number->get())};
        target = static_cast<std::uint64_t>(number->get());
        return;
    }
    if (!item->node->is_string()) wrong_type(item->key, "a number of bytes or a text such as \"1 GiB\"", *item->node);
    const std::string text = text_of(*item->node, item->key);
    target = parse_bytes(text);
    if (!target) {
        throw InvalidValue{item->key,
                           fmt::format("{} is \"{}\"; expected a number of bytes or a text such as \"1 GiB\" (B, "
                                       "KiB, MiB, GiB, TiB)",
                                       item->key, printable(text))};
    }
}

std::optional<TableReader> TableReader::table(std::string_view name) {
    const auto item = take(name);
    if (!item) return std::nullopt;
    const toml::table* table = item->node->as_table();
    if (!table) wrong_type(item->key, fmt::format("a table, written [{}]", name), *item->node);
    return TableReader(*table, item->key, *positions_);
}

std::vector<TableReader> TableReader::tables(std::string_view name) {
    std::vector<TableReader> readers;
    const auto item = take(name);
    if (!item) return readers;
    const toml::array* array = item->node->as_array();
    const std::string expected = fmt::format("a list of tables, each written [[{}]]", name);
    if (!array) wrong_type(item->key, expected, *item->node);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::node& node = (*array)[i];
        const std::string key = fmt::format("{}[{}]", item->key, i);
        positions_->add(key, node.source());
        if (!node.is_table()) wrong_type(key, expected, node);
        readers.emplace_back(*node.as_table(), key, *positions_);
    }
    return readers;
}

void TableReader::close() const {
    for (auto&& [name, node] : *table_) {
        if (std::find(known_.begin(), known_.end(), name.str()) != known_.end()) continue;
        const std::string key = joined(key_, name.str());
        positions_->add(key, name.source());
        throw InvalidValue{key,
                           fmt::format("unknown key \"{}\"{}; {}", printable(name.str()),
                                       key_.empty() ? "" : fmt::format(" in {}", key_), advice(name.str(), known_))};
    }
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> units{
        {{"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}}};
    double amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (error != std::errc{} || !(amount >= 0 && amount <= 1e15)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
    for (const auto& [name, size] : units) {
        if (text == name) {
            const double bytes = amount * static_cast<double>(size);
            return bytes <= 1e18 ? std::optional(static_cast<std::uint64_t>(bytes)) : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace r1cluster::detail
