// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reflect_json.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {

/// The keys of one JSON object, each asked for with what it may be.
class Keys {
public:
    Keys(const json::object& fields, std::string path) : fields_(&fields), path_(std::move(path)) {}

    /// nullptr where the key is absent or null.
    const json::value* find(std::string_view key) const {
        const json::value* found = fields_->if_contains({key.data(), key.size()});
        return found && !found->is_null() ? found : nullptr;
    }

    const json::value& need(std::string_view key) const {
        if (const json::value* found = find(key)) return *found;
        throw Error(ErrorKind::invalid_input, path_, fmt::format("{}: the key \"{}\" is missing", path_, key));
    }

    std::int64_t whole(std::string_view key, std::int64_t least, std::int64_t most) const {
        return whole(need(key), key, least, most);
    }

    std::int64_t whole_or(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
        const json::value* found = find(key);
        return found ? whole(*found, key, least, most) : otherwise;
    }

    /// The keys of an object within; nullopt where the key is absent or null.
    std::optional<Keys> inner(std::string_view key) const {
        const json::value* found = find(key);
        if (!found) return std::nullopt;
        if (!found->is_object()) wrong_value(at(key), "an object", *found);
        return Keys(found->get_object(), at(key));
    }

    /// Empty where the key is absent.
    std::vector<std::int64_t> wholes(std::string_view key, std::int64_t least, std::int64_t most) const {
        const json::value* found = find(key);
        if (!found) return {};
        if (!found->is_array()) wrong_value(at(key), "a list of whole numbers", *found);
        std::vector<std::int64_t> numbers;
        for (const json::value& number : found->get_array()) numbers.push_back(whole(number, key, least, most));
        return numbers;
    }

    bool flag_or(std::string_view key, bool otherwise) const {
        const json::value* found = find(key);
        return found ? from_value<bool>(*found, at(key)) : otherwise;
    }

    std::string text_or(std::string_view key, std::string otherwise) const {
        return find(key) ? text(key) : std::move(otherwise);
    }

    std::string text(std::string_view key) const { return from_value<std::string>(need(key), at(key)); }

    std::string at(std::string_view key) const { return fmt::format("{}: {}", path_, key); }

    std::int64_t whole(const json::value& got, std::string_view key, std::int64_t least, std::int64_t most) const {
        boost::system::error_code error;
        const std::int64_t number = got.is_int64() || got.is_uint64() ? got.to_number<std::int64_t>(error) : least - 1;
        if (error || number < least || number > most) {
            wrong_value(
                at(key),
                fmt::format("a whole number from {} to {}", least, format_count(static_cast<std::uint64_t>(most))),
                got);
        }
        return number;
    }

    const json::object& fields() const { return *fields_; }

private:
    const json::object* fields_;
    std::string path_;
};

}  // namespace r1cluster::detail
