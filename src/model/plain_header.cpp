// SPDX-License-Identifier: Apache-2.0
#include "model/plain_header.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>
#include <vector>

#include "model/tensor_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t longest_name = 1024;  // as the strict parser has it
constexpr std::size_t most_metadata_keys = 64;
constexpr std::size_t most_dimensions = 16;
constexpr std::size_t most_forms = 256;    // a real checkpoint has up to 60; others are not worth comparing
constexpr std::size_t most_probes = 1024;  // of names made so that they meet

/// Takes things off the front of a text; each says whether it was there.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool take(std::string_view literal) {
        if (!rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_size(std::uint64_t& number) {
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        const auto digits = static_cast<std::size_t>(end - rest_.data());
        if (error != std::errc() || (rest_[0] == '0' && digits > 1)) return false;
        rest_.remove_prefix(digits);
        return true;
    }
    bool take_number(std::uint32_t& number) {
        if (rest_.empty()) return false;
        const std::size_t digits = take_decimal(rest_, number);
        rest_.remove_prefix(digits);
        return digits > 0;
    }
    /// What is between here and the next quotation mark, which it takes as well: printable ASCII without escapes.
    bool take_text(std::string_view& text) {
        const std::size_t end = rest_.find('"');
        if (end > longest_name) return false;  // also where there is none
        text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

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

/// How the entries of one kind are written: texts with the numbers of the name between them, up to the first offset.
struct Form {
    TensorKind kind;
    std::string head;  ///< before the first number
    std::string middle;
    std::string tail;
    std::uint32_t name = 0;  ///< the first form whose name is the same text
    std::uint32_t next = 0;  ///< the form that followed last time
};

Form form_of(TensorKind kind, std::string_view after_name) {
    std::string_view name = kind.name;
    const auto take_up_to_number = [&] {
        const std::size_t place = name.find('#');
        const std::string text(name.substr(0, place));
        name.remove_prefix(place + 1);
        return text;
    };
    Form form;
    if (kind.number_count > 0) form.head = take_up_to_number();
    if (kind.number_count > 1) form.middle = take_up_to_number();
    form.tail = std::string(name) + std::string(after_name);
    form.kind = std::move(kind);
    return form;
}

bool read_repeated(Cursor& cursor, const Form& form, TensorEntry& entry) {
    Cursor ahead = cursor;
    if (form.kind.number_count > 0 && (!ahead.take(form.head) || !ahead.take_number(entry.numbers[0]))) return false;
    if (form.kind.number_count > 1 && (!ahead.take(form.middle) || !ahead.take_number(entry.numbers[1]))) return false;
    if (!ahead.take(form.tail)) return false;
    cursor = ahead;
    return true;
}

/// Size in bytes; nullopt where it is not one.
std::optional<std::uint64_t> size_of(std::string_view dtype, const std::vector<std::uint64_t>& shape) {
    std::uint64_t bits = static_cast<std::uint64_t>(dtype_bits(dtype));
    for (const std::uint64_t dimension : shape) {
        if (__builtin_mul_overflow(bits, dimension, &bits)) return std::nullopt;
    }
    return dtype_bits(dtype) == 0 || bits % 8 != 0 ? std::nullopt : std::optional(bits / 8);
}

}  // namespace

class PlainHeaderReader::Forms {
public:
    bool read(std::string_view header);
    std::optional<TensorList> tensors(std::uint64_t header_bytes, std::uint64_t file_size_bytes);

private:
    /// Up to the first offset; the entry's kind is the form's index.
    bool read_entry(Cursor& cursor, TensorEntry& entry);
    bool read_new(Cursor& cursor, TensorEntry& entry);
    /// True also where that takes too long to know.
    bool may_have_duplicates() const;

    std::vector<Form> forms_;
    std::uint32_t last_ = 0;
    std::vector<TensorEntry> entries_;  ///< of the file that is being read
    std::uint64_t covered_ = 0;
};

bool PlainHeaderReader::Forms::read(std::string_view header) {
    covered_ = 0;
    entries_.clear();
    entries_.reserve(header.size() / 96);  // an entry of a common checkpoint has more
    Cursor cursor(header);
    std::string_view covered_text = "0";
    if (!cursor.take('{')) return false;
    if (cursor.take("\"__metadata__\":{") && (!skip_metadata(cursor) || !cursor.take(','))) return false;
    do {
        TensorEntry entry;
        if (!cursor.take('"') || !read_entry(cursor, entry)) return false;
        // Each begins where the one before ended, in the same digits.
        if (!cursor.take(covered_text) || !cursor.take(',')) return false;
        const char* const digits = cursor.rest().data();
        std::uint64_t end = 0;
        if (!cursor.take_size(end)) return false;
        covered_text = {digits, static_cast<std::size_t>(cursor.rest().data() - digits)};
        if (!cursor.take("]}") || end < covered_ || end - covered_ != forms_[entry.kind].kind.size_bytes) return false;
        entry.offset_bytes = covered_;
        covered_ = end;
        entries_.push_back(entry);
    } while (cursor.take(','));
    return cursor.take('}') && cursor.rest().find_first_not_of(' ') == std::string_view::npos && !may_have_duplicates();
}

bool PlainHeaderReader::Forms::read_entry(Cursor& cursor, TensorEntry& entry) {
    if (!forms_.empty()) {
        const std::uint32_t expected = forms_[last_].next;
        if (read_repeated(cursor, forms_[expected], entry)) {
            last_ = entry.kind = expected;
            return true;
        }
    }
    if (!read_new(cursor, entry)) return false;
    forms_[last_].next = entry.kind;
    last_ = entry.kind;
    return true;
}

bool PlainHeaderReader::Forms::read_new(Cursor& cursor, TensorEntry& entry) {
    std::string_view name, dtype;
    if (!cursor.take_text(name) || name == "__metadata__" || name.find('#') != name.npos) return false;
    const char* const after_name = name.data() + name.size();
    if (!cursor.take(":{\"dtype\":\"") || !cursor.take_text(dtype) || !cursor.take(",\"shape\":[")) return false;
    TensorKind kind;
    if (!cursor.take(']')) {
        do {
            kind.shape.emplace_back();
            if (kind.shape.size() > most_dimensions || !cursor.take_size(kind.shape.back())) return false;
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
    Form form = form_of(std::move(kind), {after_name, static_cast<std::size_t>(cursor.rest().data() - after_name)});
    form.name = static_cast<std::uint32_t>(same_name - forms_.begin());
    form.next = entry.kind;
    forms_.push_back(std::move(form));
    return true;
}

bool PlainHeaderReader::Forms::may_have_duplicates() const {
    std::vector<std::uint32_t> slots(std::bit_ceil(2 * entries_.size()), 0);  // of entries, from 1 on
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        const TensorEntry& entry = entries_[i];
        const std::uint32_t name = forms_[entry.kind].name;
        std::uint64_t hash = (std::uint64_t{name} << 40) ^ (std::uint64_t{entry.numbers[0]} << 20) ^ entry.numbers[1];
        hash *= 0x9e3779b97f4a7c15;  // 2^64 / the golden ratio
        std::size_t slot = (hash >> 32) & (slots.size() - 1);
        for (std::size_t probes = 0; slots[slot] != 0; slot = (slot + 1) & (slots.size() - 1)) {
            if (++probes == most_probes) return true;
            const TensorEntry& other = entries_[slots[slot] - 1];
            if (forms_[other.kind].name == name && other.numbers == entry.numbers) return true;
        }
        slots[slot] = i + 1;
    }
    return false;
}

std::optional<TensorList> PlainHeaderReader::Forms::tensors(std::uint64_t header_bytes, std::uint64_t file_size_bytes) {
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

PlainHeaderReader::PlainHeaderReader() : forms_(std::make_unique<Forms>()) {}
PlainHeaderReader::PlainHeaderReader(PlainHeaderReader&&) noexcept = default;
PlainHeaderReader& PlainHeaderReader::operator=(PlainHeaderReader&&) noexcept = default;
PlainHeaderReader::~PlainHeaderReader() = default;

std::optional<TensorList> PlainHeaderReader::read(std::string_view header, std::uint64_t file_size_bytes) {
    if (!forms_->read(header)) return std::nullopt;
    return forms_->tensors(header.size(), file_size_bytes);
}

}  // namespace r1cluster::detail
