// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One pair of functions turns every described value into JSON and back: to_value and from_value walk the
/// members that BOOST_DESCRIBE_STRUCT lists, so field names exist once. (Boost.JSON's own conversion of
/// described classes cannot refuse unknown keys, nor say where in a document a value is wrong.)

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "r1cluster/base/error.hpp"
#include "r1cluster/base/version.hpp"

namespace r1cluster::detail {

namespace json = boost::json;

/// Parses strictly: no duplicate keys, depth <= 64, nothing after the value. Errors lead with
/// `source:line:column:`.
json::value parse_json(std::string_view text, std::string_view source, std::size_t max_depth = 64);
/// Two-space indentation, keys in their order, a line end at the end.
std::string print_json(const json::value& value);
/// JSON text is UTF-8; what a host or a log said need not be. Each byte that is not becomes U+FFFD.
std::string valid_utf8(std::string_view text);

[[noreturn]] void wrong_value(std::string_view path, std::string_view expected, const json::value& got);

template <class T>
constexpr bool is_described_struct = boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class K, class T>
struct is_map<std::map<K, T>> : std::true_type {};

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

/// A field that came after values of T had been written down: it is written where it is set, and may be missing.
/// Specialize beside the description of T.
template <class T>
inline constexpr std::string_view later_field{};

/// What JSON needs of a type, where the type itself is not known.
struct JsonType {
    json::value (*to)(const void* value);
    void (*from)(const json::value& value, const std::string& path, void* target);
    bool (*is_empty)(const void* value);  ///< of an optional; nullptr: the type is none
};

/// A member of a described struct, without the type of either.
struct JsonField {
    const char* name;
    std::size_t offset;  ///< in bytes, from the begin of the struct
    const JsonType* type;
    bool is_later;  ///< later_field
};

json::value struct_to_value(const void* value, std::span<const JsonField> fields);
void struct_from_value(const json::value& value, const std::string& path, void* target,
                       std::span<const JsonField> fields);
/// The place of `value` in `names`; an Error that lists them where it is none of them.
std::size_t name_from_value(const json::value& value, const std::string& path, std::span<const std::string_view> names);

template <class T>
json::value to_value(const T& value);
template <class T>
T from_value(const json::value& value, const std::string& path);

template <class T>
bool is_empty(const void* value) {
    return !static_cast<const T*>(value)->has_value();
}

template <class T>
constexpr auto emptiness_of() -> bool (*)(const void*) {
    if constexpr (is_optional<T>::value) {
        return &is_empty<T>;
    } else {
        return nullptr;
    }
}

template <class T>
json::value erased_to_value(const void* value) {
    return to_value(*static_cast<const T*>(value));
}
template <class T>
void erased_from_value(const json::value& value, const std::string& path, void* target) {
    *static_cast<T*>(target) = from_value<T>(value, path);
}

template <class T>
inline constexpr JsonType json_type{&erased_to_value<T>, &erased_from_value<T>, emptiness_of<T>()};

template <class T, class Field>
JsonField json_field(const char* name, const T& sample, const Field& field) {
    const auto begin = reinterpret_cast<std::uintptr_t>(&sample), at = reinterpret_cast<std::uintptr_t>(&field);
    return {name, at - begin, &json_type<Field>, later_field<T> == name};
}

/// The members of T, in the order of their description.
template <class T>
std::span<const JsonField> json_fields() {
    static const std::vector<JsonField> fields = []<template <class...> class List, class... Member>(List<Member...>) {
        [[maybe_unused]] const T sample{};  // of a type without members nothing uses it
        return std::vector<JsonField>{json_field(Member::name, sample, sample.*Member::pointer)...};
    }(members_of<T>{});
    return fields;
}

/// The enumerators of T and their texts, in the order of their description.
template <class T>
struct Enumerators {
    std::vector<T> values;
    std::vector<std::string_view> names;
};
template <class T>
const Enumerators<T>& enumerators_of() {
    static const Enumerators<T> all = []<template <class...> class List, class... One>(List<One...>) -> Enumerators<T> {
        return {{One::value...}, {std::string_view(to_text(One::value))...}};
    }(boost::describe::describe_enumerators<T>{});
    return all;
}

template <class T>
json::value to_value(const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double>) {
        return json::value(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return json::value(valid_utf8(value));
    } else if constexpr (std::is_same_v<T, Version>) {
        return json::value(value.text());
    } else if constexpr (std::is_enum_v<T>) {
        return json::value(to_text(value));
    } else if constexpr (std::is_integral_v<T>) {
        if constexpr (std::is_signed_v<T>) {
            return json::value(static_cast<std::int64_t>(value));
        } else {
            return json::value(static_cast<std::uint64_t>(value));
        }
    } else if constexpr (is_optional<T>::value) {
        return value ? to_value(*value) : json::value(nullptr);
    } else if constexpr (is_vector<T>::value) {
        json::array array;
        array.reserve(value.size());
        for (const auto& item : value) array.push_back(to_value(item));
        return array;
    } else if constexpr (is_map<T>::value) {
        json::object object;
        for (const auto& [key, item] : value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(key)>, std::string>) {
                object[valid_utf8(key)] = to_value(item);
            } else {
                object[std::to_string(key)] = to_value(item);
            }
        }
        return object;
    } else {
        static_assert(is_described_struct<T>, "describe this type in its room's describe.hpp");
        return struct_to_value(&value, json_fields<T>());
    }
}

template <class T>
T from_value(const json::value& value, const std::string& path) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_bool()) wrong_value(path, "true or false", value);
        return value.get_bool();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!value.is_string()) wrong_value(path, "a text", value);
        return std::string(value.get_string().data(), value.get_string().size());
    } else if constexpr (std::is_same_v<T, Version>) {
        const auto version =
            value.is_string() ? Version::try_parse(std::string_view(value.get_string())) : std::nullopt;
        if (!version) wrong_value(path, "a version such as \"0.11.1\"", value);
        return *version;
    } else if constexpr (std::is_same_v<T, double>) {
        if (!value.is_number()) wrong_value(path, "a number", value);
        return value.to_number<double>();
    } else if constexpr (std::is_enum_v<T>) {
        return enumerators_of<T>().values[name_from_value(value, path, enumerators_of<T>().names)];
    } else if constexpr (std::is_integral_v<T>) {
        boost::system::error_code error;
        const T number = value.is_double() ? T{} : value.to_number<T>(error);
        if (value.is_double() || error) {
            wrong_value(path,
                        "a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                            std::to_string(std::numeric_limits<T>::max()),
                        value);
        }
        return number;
    } else if constexpr (is_optional<T>::value) {
        if (value.is_null()) return std::nullopt;
        return from_value<typename T::value_type>(value, path);
    } else if constexpr (is_vector<T>::value) {
        if (!value.is_array()) wrong_value(path, "a list", value);
        T result;
        result.reserve(value.get_array().size());
        for (std::size_t i = 0; i < value.get_array().size(); ++i) {
            result.push_back(
                from_value<typename T::value_type>(value.get_array()[i], path + "[" + std::to_string(i) + "]"));
        }
        return result;
    } else if constexpr (is_map<T>::value) {
        if (!value.is_object()) wrong_value(path, "an object", value);
        T result;
        for (const auto& field : value.get_object()) {
            const std::string key(field.key().data(), field.key().size());
            auto item = from_value<typename T::mapped_type>(field.value(), path + "." + key);
            if constexpr (std::is_same_v<typename T::key_type, std::string>) {
                result.emplace(key, std::move(item));
            } else {
                result.emplace(from_value<typename T::key_type>(parse_json(key, path), path), std::move(item));
            }
        }
        return result;
    } else {
        static_assert(is_described_struct<T>, "describe this type in its room's describe.hpp");
        T result{};
        struct_from_value(value, path, &result, json_fields<T>());
        return result;
    }
}

/// Whether a field of the type would meet one of the envelope, as the version of an EngineSpec does.
template <class T>
constexpr bool meets_envelope() {
    bool meets = false;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string_view name = member.name;
        meets = meets || name == "schema" || name == "version";
    });
    return meets;
}

/// The same with the envelope of a document: "schema" and "version" first. Fields that would meet them are one
/// level deeper, in "value".
template <class T>
std::string to_document(const T& value, std::string_view schema, int version) {
    json::object document{{"schema", schema}, {"version", version}};
    const json::value fields = to_value(value);  // named: a range-for would end a temporary before its first turn
    if constexpr (meets_envelope<T>()) {
        document["value"] = fields;
    } else {
        for (const auto& field : fields.get_object()) document.insert(field);
    }
    return print_json(document);
}

/// Takes "schema" and "version" out of a parsed document after comparing them.
void check_envelope(json::value& document, std::string_view schema, int version, std::string_view source);

template <class T>
T from_document(std::string_view text, std::string_view source, std::string_view schema, int version) {
    json::value document = parse_json(text, source);
    check_envelope(document, schema, version, source);
    if constexpr (meets_envelope<T>()) {
        const json::value* value = document.get_object().if_contains("value");
        if (!value || document.get_object().size() != 1) wrong_value(source, "\"value\" and nothing else", document);
        return from_value<T>(*value, std::string(source) + ".value");
    }
    return from_value<T>(document, std::string(source));
}

/// Types that most structs have: instantiated once, in json.cpp.
#define R1CLUSTER_COMMON_JSON_TYPE(prefix, ...)                     \
    prefix template json::value to_value(const __VA_ARGS__& value); \
    prefix template __VA_ARGS__ from_value(const json::value& value, const std::string& path);
#define R1CLUSTER_COMMON_JSON_TYPES(prefix)                          \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, bool)                         \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, int)                          \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::int64_t)                 \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::uint64_t)                \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, double)                       \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::string)                  \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, Version)                      \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<bool>)          \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<int>)           \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<std::int64_t>)  \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<std::uint64_t>) \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<double>)        \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<std::string>)   \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::optional<Version>)       \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::vector<int>)             \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::vector<std::string>)     \
    R1CLUSTER_COMMON_JSON_TYPE(prefix, std::map<std::string, std::string>)

R1CLUSTER_COMMON_JSON_TYPES(extern)

}  // namespace r1cluster::detail

/// Defines to_json and from_json of one public value; once per type, in its room's describe.cpp.
#define R1CLUSTER_JSON(Type, schema, version)                                           \
    template <>                                                                         \
    std::string to_json<Type>(const Type& value) {                                      \
        return detail::to_document(value, "r1cluster." schema, version);                \
    }                                                                                   \
    template <>                                                                         \
    Type from_json<Type>(std::string_view text, std::string_view source) {              \
        return detail::from_document<Type>(text, source, "r1cluster." schema, version); \
    }
