// SPDX-License-Identifier: Apache-2.0
#pragma once

/// toml++ with what a strict reader needs besides: every key is asked for by type, keys that nobody asked for
/// are refused with the nearest known one, and each key's place in the text is remembered.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.hpp"
#include "r1cluster/base/error.hpp"
#include "spec/invalid_value.hpp"

namespace r1cluster::detail {

/// Where the value of each key stands. Keys are paths: "host[0].name".
class Positions {
public:
    void add(const std::string& key, const toml::source_region& region);
    /// Of the key, or of the nearest part of it that is in the text.
    TextPosition find(std::string key) const;

private:
    std::map<std::string, TextPosition> positions_;
};

class TableReader {
public:
    TableReader(const toml::table& table, std::string key, Positions& positions);

    // Each leaves the target alone where there is no such key, and throws an InvalidValue for another type.
    void read(std::string_view key, std::string& target);
    void read(std::string_view key, std::optional<int>& target);
    void read(std::string_view key, int& target);
    void read(std::string_view key, std::optional<double>& target);
    void read(std::string_view key, bool& target);
    void read(std::string_view key, std::optional<bool>& target);
    void read(std::string_view key, std::optional<std::int64_t>& target);
    void read(std::string_view key, std::vector<std::string>& target);
    void read(std::string_view key, std::optional<std::vector<int>>& target);
    void read(std::string_view key, std::map<std::string, std::string>& target);
    /// A whole number of bytes, or a text such as "1 GiB".
    void read_bytes(std::string_view key, std::optional<std::uint64_t>& target);

    std::optional<TableReader> table(std::string_view key);
    std::vector<TableReader> tables(std::string_view key);

    /// Refuses what was not asked for.
    void close() const;

private:
    struct Item {
        const toml::node* node = nullptr;
        std::string key;
    };
    std::optional<Item> take(std::string_view key);

    const toml::table* table_;
    std::string key_;
    Positions* positions_;
    std::vector<std::string> known_;
};

/// Bytes of "1 GiB", "512 MiB", "1.5 TiB" or "4096"; nothing for another text.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace r1cluster::detail
