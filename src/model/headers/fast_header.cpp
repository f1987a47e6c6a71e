// SPDX-License-Identifier: Apache-2.0
#include "model/headers/fast_header.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "model/headers/fast_text.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_metadata_keys = 64;
constexpr std::size_t most_dimensions = 16;
constexpr std::size_t most_forms = 256;  // a real checkpoint has up to 60; others are not worth comparing

bool skip_metadata(Cursor& cursor) {
    std::vector<std::string_view> keys;
    do {
        std::string_view key, value;
        if (!cursor.take('"') || !cursor.take_text(key) || !cursor.take(":\"") || !cursor.take_text(value))
            return false;
        if (std::ranges::find(keys, key) != keys.end() || keys.size() == most_metadata_keys) return false;
        keys.push_back(key);
    } while (cursor.take(','));
    return cursor.take('}');
}

/// How the entries of one kind are written, up to the first offset.
struct Form {
    TensorKind kind;
    NameForm text;
    std::uint32_t name = 0;  ///< the first form whose name is the same text
};

/// Size in bytes; nullopt where it is not one.
std::optional<std::uint64_t> size_of(std::string_view dtype, const std::vector<std::uint64_t>& shape) {
    std::uint64_t bits = static_cast<std::uint64_t>(dtype_bits(dtype));
    for (const std::uint64_t dimension : shape) {
        if (__builtin_mul_overflow(bits, dimension, &bits)) return std::nullopt;
    }
    return dtype_bits(dtype) == 0 || bits % 8 != 0 ? std::nullopt : std::optional(bits / 8);
}

}  // namespace

class FastHeaderReader::Forms {
public:
    bool read(std::string_view header);
    std::optional<TensorList> tensors(std::uint64_t header_bytes, std::uint64_t file_size_bytes);

private:
    /// Up to the first offset; the entry's kind is the form's index.
    bool read_entry(Cursor& cursor, TensorEntry& entry);
    bool read_new(Cursor& cursor, TensorEntry& entry);

    std::vector<Form> forms_;
    FollowingForms following_;
    std::vector<TensorEntry> entries_;  ///< of the file that is being read
    std::uint64_t covered_ = 0;
};

bool FastHeaderReader::Forms::read(std::string_view header) {
    covered_ = 0;
    entries_.clear();
    entries_.reserve(header.size() / 96);  // an entry of a common checkpoint has more
    Cursor cursor(header);
    std::string_view covered_text = "0";
    if (!cursor.take('{')) return false;
    if (cursor.take("\"__metadata__\":{") && (!skip_metadata(cursor) || !cursor.take(','))) return false;
    if (!cursor.take('"')) return false;
    do {
        TensorEntry entry;
        if (!read_entry(cursor, entry)) return false;
        // Each begins where the one before ended, in the same digits.
        if (!cursor.take(covered_text) || !cursor.take(',')) return false;
        const char* const digits = cursor.at();
        std::uint64_t end = 0;
        if (!cursor.take_number(end)) return false;
        covered_text = {digits, static_cast<std::size_t>(cursor.at() - digits)};
        if (end < covered_ || end - covered_ != forms_[entry.kind].kind.size_bytes) return false;
        entry.offset_bytes = covered_;
        covered_ = end;
        entries_.push_back(entry);
    } while (cursor.take("]},\""));
    if (!cursor.take("]}}") || cursor.rest().find_first_not_of(' ') != std::string_view::npos) return false;
    return !repeats(
        entries_.size(), [&](std::uint32_t i) { return forms_[entries_[i].kind].name; },
        [&](std::uint32_t i) -> const auto& { return entries_[i].numbers; });
}

bool FastHeaderReader::Forms::read_entry(Cursor& cursor, TensorEntry& entry) {
    const auto guessed =
        following_.guess([&](std::uint32_t form) { return forms_[form].text.take_from(cursor, entry.numbers); });
    if (guessed) {
        entry.kind = *guessed;
        return true;
    }
    if (!read_new(cursor, entry)) return false;
    following_.note(entry.kind);
    return true;
}

bool FastHeaderReader::Forms::read_new(Cursor& cursor, TensorEntry& entry) {
    std::string_view name, dtype;
    if (!cursor.take_text(name) || name == "__metadata__" || name.find('#') != name.npos) return false;
    const char* const after_name = name.data() + name.size();
    if (!cursor.take(":{\"dtype\":\"") || !cursor.take_text(dtype) || !cursor.take(",\"shape\":[")) return false;
    TensorKind kind;
    if (!cursor.take(']')) {
        do {
            kind.shape.emplace_back();
            if (kind.shape.size() > most_dimensions || !cursor.take_number(kind.shape.back())) return false;
        } while (cursor.take(','));
        if (!cursor.take(']')) return false;
    }
    if (!cursor.take(",\"data_offsets\":[")) return false;
    const std::optional<std::uint64_t> size_bytes = size_of(dtype, kind.shape);
    if (!size_bytes) return false;
    NumberedName numbers = numbered(name);
    kind.name = std::move(numbers.text);
    kind.number_count = numbers.number_count;
    kind.dtype = dtype;
    kind.size_bytes = *size_bytes;
    entry.numbers = numbers.numbers;

    const auto known = std::ranges::find(forms_, kind, &Form::kind);
    entry.kind = static_cast<std::uint32_t>(known - forms_.begin());
    if (known != forms_.end()) return true;
    if (forms_.size() == most_forms) return false;
    const auto same_name = std::ranges::find_if(forms_, [&](const Form& other) {
        return other.kind.name == kind.name && other.kind.number_count == kind.number_count;
    });
    const NameForm text(kind.name, kind.number_count, {after_name, static_cast<std::size_t>(cursor.at() - after_name)});
    forms_.push_back({std::move(kind), text, static_cast<std::uint32_t>(same_name - forms_.begin())});
    return true;
}

std::optional<TensorList> FastHeaderReader::Forms::tensors(std::uint64_t header_bytes, std::uint64_t file_size_bytes) {
    const std::uint64_t data_begin = 8 + header_bytes;
    if (file_size_bytes - data_begin != covered_) return std::nullopt;
    constexpr std::uint32_t unused = ~0u;
    std::vector<std::uint32_t> kind_of_form(forms_.size(), unused);
    std::vector<TensorKind> kinds;
    std::vector<TensorEntry> entries(entries_);
    for (TensorEntry& entry : entries) {
        std::uint32_t& kind = kind_of_form[entry.kind];
        if (kind == unused) {
            kind = static_cast<std::uint32_t>(kinds.size());
            kinds.push_back(forms_[entry.kind].kind);
        }
        entry.kind = kind;
        entry.offset_bytes += data_begin;
    }
    return TensorList(std::move(kinds), std::move(entries));
}

FastHeaderReader::FastHeaderReader() : forms_(std::make_unique<Forms>()) {}
FastHeaderReader::FastHeaderReader(FastHeaderReader&&) noexcept = default;
FastHeaderReader& FastHeaderReader::operator=(FastHeaderReader&&) noexcept = default;
FastHeaderReader::~FastHeaderReader() = default;

std::optional<TensorList> FastHeaderReader::read(std::string_view header, std::uint64_t file_size_bytes) {
    if (!forms_->read(header)) return std::nullopt;
    return forms_->tensors(header.size(), file_size_bytes);
}

}  // namespace r1cluster::detail
