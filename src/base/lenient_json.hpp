// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading what another build of r1cluster wrote: members that this build does not know are ignored, and a member that
/// is missing, null or an enumerator of the other build keeps its default. Types and bounds are those of strict
/// reading. For links and files between builds only: what people write is read strictly.

#include "base/reflect_json.hpp"

namespace r1cluster::detail {

template <class T>
bool is_enumerator(std::string_view text) {
    bool is_known = false;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto enumerator) { is_known = is_known || to_text(enumerator.value) == text; });
    return is_known;
}

/// Whether a member of type T keeps its default, whatever this says.
template <class T>
bool keeps_default(const json::value& value) {
    if constexpr (is_optional<T>::value) {
        return !value.is_null() && keeps_default<typename T::value_type>(value);
    } else if constexpr (std::is_enum_v<T>) {
        return value.is_null() || (value.is_string() && !is_enumerator<T>(std::string_view(value.get_string())));
    } else {
        return value.is_null();
    }
}

/// The value with exactly the members of T at every level. A value of another type stays as it is: from_value refuses
/// it by its path.
template <class T>
json::value fit(const json::value& value) {
    if constexpr (is_optional<T>::value) {
        return value.is_null() ? value : fit<typename T::value_type>(value);
    } else if constexpr (is_vector<T>::value) {
        if (!value.is_array()) return value;
        json::array fitted;
        for (const json::value& item : value.get_array()) fitted.push_back(fit<typename T::value_type>(item));
        return fitted;
    } else if constexpr (is_map<T>::value) {
        if (!value.is_object()) return value;
        json::object fitted;
        for (const auto& item : value.get_object()) fitted[item.key()] = fit<typename T::mapped_type>(item.value());
        return fitted;
    } else if constexpr (is_described_struct<T>) {
        if (!value.is_object()) return value;
        const T defaults{};
        json::object fitted;
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
            using Member = std::decay_t<decltype(defaults.*member.pointer)>;
            const json::value* found = value.get_object().if_contains(member.name);
            fitted[member.name] =
                found && !keeps_default<Member>(*found) ? fit<Member>(*found) : to_value(defaults.*member.pointer);
        });
        return fitted;
    } else {
        return value;
    }
}

template <class T>
T from_value_leniently(const json::value& value, const std::string& path) {
    return from_value<T>(fit<T>(value), path);
}

/// A document, whose envelope ("schema", "version") is two more members that are ignored.
template <class T>
T from_json_leniently(std::string_view text, std::string_view source) {
    static_assert(!meets_envelope<T>(), "the members of such a document are one level deeper, in \"value\"");
    return from_value_leniently<T>(parse_json(text, source), std::string(source));
}

}  // namespace r1cluster::detail
