// SPDX-License-Identifier: Apache-2.0
#include "model/headers/safetensors_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view metadata_name = "__metadata__";
constexpr std::size_t max_nested_keys = 65'536;  // of one object below the outermost

constexpr std::size_t max_dimensions = 64;  // as many as numpy has; torch stops there too

/// C0, DEL, and C1 as UTF-8 writes it: what a terminal would act on.
bool has_control_character(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) return true;
    }
    return false;
}

/// Names of tensors reach terminals, logs and names of files.
std::string name_refusal(std::string_view name) {
    if (name.empty() || name == "." || name == "..") return "a name that is no name";
    if (name.find_first_of("/\\") != name.npos) return "a name with a slash";
    return has_control_character(name) ? "a name with a control character" : "";
}

}  // namespace

std::string shown(const std::vector<std::uint64_t>& shape) {
    constexpr std::size_t most = 6;
    std::string text = "[";
    for (std::size_t i = 0; i < std::min(shape.size(), most); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + (shape.size() > most ? fmt::format(", ... {} in all]", shape.size()) : "]");
}

// The parser hands out pieces of the header itself, except where an escape had to be decoded; there the
// position stays at the piece before.
void HeaderEvents::note_position(text part) {
    const std::less_equal<const char*> is_before;
    if (is_before(header.data(), part.data()) && is_before(part.data(), header.data() + header.size())) {
        position_ = static_cast<std::size_t>(part.data() - header.data());
    }
}

bool HeaderEvents::refuse(std::string what, error_code& error) {
    refusal = std::move(what);
    refusal_position = position_;
    error = boost::json::make_error_code(boost::json::error::syntax);
    return false;
}

std::string HeaderEvents::expectation() const {
    switch (field_) {
        case Field::metadata: return "__metadata__ may hold only texts";
        case Field::dtype: return fmt::format("tensor \"{}\": dtype must be a text", entry_);
        case Field::shape: return fmt::format("tensor \"{}\": shape must be a list of whole numbers", entry_);
        case Field::data_offsets:
            return fmt::format("tensor \"{}\": data_offsets must be a list of two whole numbers", entry_);
        case Field::none:
        case Field::unknown: break;
    }
    return fmt::format("\"{}\" must be an object", entry_);
}

bool HeaderEvents::other_value(std::string_view what, error_code& error) {
    if (depth_ > 1 && field_ == Field::unknown) return true;
    return refuse(fmt::format("{}, got {}", expectation(), what), error);
}

bool HeaderEvents::on_object_begin(error_code& error) {
    ++depth_;
    if (depth_ == 1) return true;
    nested_keys_.emplace_back();
    if (depth_ == 2) return begin_entry(error);
    return begin_nested("an object", error);
}

bool HeaderEvents::begin_nested(std::string_view what, error_code& error) {
    --depth_;
    const bool is_fine = other_value(what, error);
    ++depth_;
    return is_fine;
}

bool HeaderEvents::begin_entry(error_code&) {
    field_ = entry_ == metadata_name ? Field::metadata : Field::none;
    if (field_ == Field::metadata) return true;
    has_dtype_ = has_shape_ = has_offsets_ = false;
    offsets_.clear();
    tensors.emplace_back();
    tensors.back().name = entry_;
    positions.push_back(static_cast<std::uint32_t>(position_));
    return true;
}

bool HeaderEvents::on_object_end(std::size_t, error_code& error) {
    --depth_;
    if (depth_ > 0) nested_keys_.pop_back();
    if (depth_ == 1 && entry_ != metadata_name) return finish_tensor(error);
    return true;
}

bool HeaderEvents::finish_tensor(error_code& error) {
    const std::string_view missing = !has_dtype_     ? "dtype"
                                     : !has_shape_   ? "shape"
                                     : !has_offsets_ ? "data_offsets"
                                                     : "";
    if (!missing.empty()) return refuse(fmt::format("tensor \"{}\" has no {}", entry_, missing), error);
    if (offsets_.size() != 2) {
        return refuse(fmt::format("tensor \"{}\": data_offsets must be a list of two whole numbers, got {}", entry_,
                                  shown(offsets_)),
                      error);
    }
    if (offsets_[0] > offsets_[1]) {
        return refuse(fmt::format("tensor \"{}\": data_offsets {} end before they begin", entry_, shown(offsets_)),
                      error);
    }
    tensors.back().shape.shrink_to_fit();
    tensors.back().offset_bytes = offsets_[0];
    tensors.back().size_bytes = offsets_[1] - offsets_[0];
    return true;
}

bool HeaderEvents::on_array_begin(error_code& error) {
    ++depth_;
    if (depth_ == 3 && field_ == Field::shape) return has_shape_ = true;
    if (depth_ == 3 && field_ == Field::data_offsets) return has_offsets_ = true;
    return begin_nested("a list", error);
}

bool HeaderEvents::on_array_end(std::size_t, error_code&) {
    --depth_;
    return true;
}

bool HeaderEvents::on_key_part(text part, std::size_t, error_code&) {
    if (key_.empty()) note_position(part);
    key_.append(part.data(), part.size());
    return true;
}

bool HeaderEvents::on_key(text part, std::size_t, error_code& error) {
    if (key_.empty()) note_position(part);
    key_.append(part.data(), part.size());
    std::string key;
    key.swap(key_);
    if (depth_ == 1) {
        if (std::string wrong = name_refusal(key); !wrong.empty()) return refuse(std::move(wrong), error);
        entry_ = key;
        field_ = Field::none;
        // Names of tensors are compared later, all at once: a set of them would be the largest thing here.
        if (entry_ != metadata_name) return true;
        if (has_metadata_) return refuse("the key \"__metadata__\" occurs twice in one object", error);
        return has_metadata_ = true;
    }
    if (!nested_keys_.back().insert(key).second) {
        return refuse(fmt::format("the key \"{}\" occurs twice in one object", key), error);
    }
    if (nested_keys_.back().size() > max_nested_keys) {
        return refuse(fmt::format("more than {} keys in \"{}\"", format_count(max_nested_keys), entry_), error);
    }
    if (depth_ != 2 || field_ == Field::metadata) return true;
    field_ = key == "dtype"          ? Field::dtype
             : key == "shape"        ? Field::shape
             : key == "data_offsets" ? Field::data_offsets
                                     : Field::unknown;
    return true;
}

bool HeaderEvents::on_string_part(text part, std::size_t, error_code&) {
    if (field_ == Field::dtype && string_.size() < 64)
        string_.append(part.data(), std::min<std::size_t>(part.size(), 64));
    return true;
}

bool HeaderEvents::on_string(text part, std::size_t, error_code& error) {
    note_position(part);
    if (depth_ == 2 && field_ == Field::metadata) return true;
    if (depth_ != 2 || field_ != Field::dtype) return other_value("a text", error);
    on_string_part(part, part.size(), error);
    std::string dtype;
    dtype.swap(string_);
    if (dtype_bits(dtype) == 0) {
        return refuse(fmt::format("tensor \"{}\": safetensors has no dtype \"{}\"", entry_, dtype), error);
    }
    tensors.back().dtype = std::move(dtype);
    return has_dtype_ = true;
}

bool HeaderEvents::number(std::uint64_t value, text digits, error_code& error) {
    note_position(digits);
    if (depth_ == 3 && field_ == Field::shape) {
        if (tensors.back().shape.size() == max_dimensions) {
            return refuse(fmt::format("tensor \"{}\": more than {} dimensions", entry_, max_dimensions), error);
        }
        tensors.back().shape.push_back(value);
        return true;
    }
    if (depth_ == 3 && field_ == Field::data_offsets) {
        if (offsets_.size() < 3) offsets_.push_back(value);  // a third is already wrong
        return true;
    }
    return other_value(std::string_view(digits.data(), std::min<std::size_t>(digits.size(), 40)), error);
}

bool HeaderEvents::on_int64(std::int64_t value, text digits, error_code& error) {
    if (!digits.empty() && digits.front() == '-') return on_double(0, digits, error);
    return number(static_cast<std::uint64_t>(value), digits, error);
}

bool HeaderEvents::on_uint64(std::uint64_t value, text digits, error_code& error) {
    return number(value, digits, error);
}

bool HeaderEvents::on_double(double value, text digits, error_code& error) {
    note_position(digits);
    if (std::isinf(value)) return refuse("a number too large for a double", error);
    return other_value(std::string_view(digits.data(), std::min<std::size_t>(digits.size(), 40)), error);
}

}  // namespace r1cluster::detail
