// SPDX-License-Identifier: Apache-2.0
#include "model/headers/fast_index.hpp"

#include <algorithm>

#include "model/headers/fast_text.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_index_forms = 256;  // a real checkpoint has up to 60; others are not worth comparing
constexpr std::size_t most_files = 1024;       // looked for one after the other
constexpr std::size_t most_index_metadata_keys = 64;

class FastIndex {
public:
    std::optional<Index> read(std::string_view text);

private:
    bool read_metadata(Cursor& cursor);
    bool read_map(Cursor& cursor);
    bool read_name(Cursor& cursor, Index::Entry& entry);
    bool read_file(Cursor& cursor, Index::Entry& entry);

    Index index_;
    std::vector<NameForm> forms_;  ///< of each name
    FollowingForms following_;
};

std::optional<Index> FastIndex::read(std::string_view text) {
    index_.tensors.reserve(text.size() / 96);
    Cursor cursor(text);
    cursor.skip_space();
    if (!cursor.take('{')) return std::nullopt;
    bool has_metadata = false, has_map = false;
    do {
        std::string_view key;
        cursor.skip_space();
        if (!cursor.take('"') || !cursor.take_text(key)) return std::nullopt;
        cursor.skip_space();
        if (!cursor.take(':')) return std::nullopt;
        cursor.skip_space();
        bool& is_there = key == "metadata" ? has_metadata : has_map;
        if (is_there || (key != "metadata" && key != "weight_map")) return std::nullopt;
        is_there = true;
        if (!(key == "metadata" ? read_metadata(cursor) : read_map(cursor))) return std::nullopt;
        cursor.skip_space();
    } while (cursor.take(','));
    if (!cursor.take('}')) return std::nullopt;
    cursor.skip_space();
    const bool has_twice = repeats(
        index_.tensors.size(), [&](std::uint32_t i) { return index_.tensors[i].name; },
        [&](std::uint32_t i) -> const auto& { return index_.tensors[i].numbers; });
    if (!has_map || !cursor.rest().empty() || has_twice) return std::nullopt;
    return std::move(index_);
}

/// Whole numbers and texts.
bool FastIndex::read_metadata(Cursor& cursor) {
    std::vector<std::string_view> keys;
    if (!cursor.take('{')) return false;
    do {
        std::string_view key, text;
        std::uint64_t number = 0;
        cursor.skip_space();
        if (!cursor.take('"') || !cursor.take_text(key)) return false;
        if (std::ranges::find(keys, key) != keys.end() || keys.size() == most_index_metadata_keys) return false;
        keys.push_back(key);
        cursor.skip_space();
        if (!cursor.take(':')) return false;
        cursor.skip_space();
        const bool is_text = cursor.take('"');
        if (is_text ? key == "total_size" || !cursor.take_text(text) : !cursor.take_number(number)) return false;
        if (key == "total_size") index_.total_size = std::to_string(number);
        cursor.skip_space();
    } while (cursor.take(','));
    return cursor.take('}');
}

bool FastIndex::read_map(Cursor& cursor) {
    if (!cursor.take('{')) return false;
    do {
        Index::Entry entry;
        cursor.skip_space();
        if (!cursor.take('"') || !read_name(cursor, entry)) return false;
        cursor.skip_space();
        if (!cursor.take(':')) return false;
        cursor.skip_space();
        if (!cursor.take('"') || !read_file(cursor, entry)) return false;
        index_.tensors.push_back(entry);
        cursor.skip_space();
    } while (cursor.take(','));
    return cursor.take('}');
}

bool FastIndex::read_name(Cursor& cursor, Index::Entry& entry) {
    const auto guessed =
        following_.guess([&](std::uint32_t form) { return forms_[form].take_from(cursor, entry.numbers); });
    if (guessed) {
        entry.name = *guessed;
        return true;
    }
    std::string_view name;
    if (!cursor.take_text(name) || name.find('#') != name.npos) return false;
    NumberedName parts = numbered(name);
    entry.numbers = parts.numbers;
    const Index::Name text{std::move(parts.text), parts.number_count};
    const auto known = std::ranges::find(index_.names, text);
    entry.name = static_cast<std::uint32_t>(known - index_.names.begin());
    if (known == index_.names.end()) {
        if (forms_.size() == most_index_forms) return false;
        forms_.emplace_back(text.text, text.number_count, "\"");
        index_.names.push_back(text);
    }
    following_.note(entry.name);
    return true;
}

bool FastIndex::read_file(Cursor& cursor, Index::Entry& entry) {
    if (!index_.tensors.empty()) {
        Cursor ahead = cursor;
        entry.file = index_.tensors.back().file;
        if (ahead.take(index_.files[entry.file]) && ahead.take('"')) {
            cursor = ahead;
            return true;
        }
    }
    std::string_view file;
    if (!cursor.take_text(file) || !file_name_refusal(file).empty()) return false;
    const auto known = std::ranges::find(index_.files, file);
    entry.file = static_cast<std::uint32_t>(known - index_.files.begin());
    if (known != index_.files.end()) return true;
    if (index_.files.size() == most_files) return false;
    index_.files.emplace_back(file);
    return true;
}

}  // namespace

std::optional<Index> read_fast_index(std::string_view text) { return FastIndex().read(text); }

}  // namespace r1cluster::detail
