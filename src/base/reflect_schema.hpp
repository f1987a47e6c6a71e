// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The JSON Schema (draft 2020-12) of what to_document writes and from_document accepts, from the same lists of members
/// that reflect_json.hpp walks.

#include <boost/core/type_name.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "base/reflect_json.hpp"
#include "r1cluster/base/releases.hpp"

namespace r1cluster::detail {

/// "r1cluster::HostSpec" -> "HostSpec"; of a template, its argument: "r1cluster::Row<r1cluster::Host>" -> "Host".
template <class T>
std::string plain_name() {
    const std::string name = boost::core::type_name<T>();
    const std::string last = name.substr(name.rfind(':') + 1);
    return last.substr(0, last.find('>'));
}

/// Structs that are documents of their own, and the files of their schemas: "Cluster" -> "cluster.json".
using DocumentFiles = std::map<std::string, std::string>;

struct Definitions {
    const DocumentFiles& documents;
    json::object structs;  ///< each struct that the schema meets, once
};

template <class T>
json::object schema_of_type(Definitions& definitions);

/// Calls take(name, schema) for each field of a struct. The fields of a document of its own refer to the file of that
/// document: its envelope, which is absent inside another document, keeps the whole file from being referred to.
template <class T, class Take>
void visit_field_schemas(Definitions& definitions, Take take) {
    const auto document = definitions.documents.find(plain_name<T>());
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using Field = std::decay_t<decltype(std::declval<T>().*member.pointer)>;
        if (document == definitions.documents.end()) {
            take(member.name, schema_of_type<Field>(definitions));
        } else {
            take(member.name, json::object{{"$ref", document->second + "#/properties/" + member.name}});
        }
    });
}

inline json::object closed_object(json::object properties, json::array required) {
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

template <class T>
json::object schema_of_type(Definitions& definitions) {
    if constexpr (std::is_same_v<T, bool>) {
        return {{"type", "boolean"}};
    } else if constexpr (std::is_same_v<T, double>) {
        return {{"type", "number"}};
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Version> || std::is_same_v<T, Release>) {
        return {{"type", "string"}};
    } else if constexpr (std::is_enum_v<T>) {
        json::array names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto enumerator) { names.emplace_back(to_text(enumerator.value)); });
        return {{"enum", std::move(names)}};
    } else if constexpr (std::is_integral_v<T>) {
        return {{"type", "integer"},
                {"minimum", std::numeric_limits<T>::min()},
                {"maximum", std::numeric_limits<T>::max()}};
    } else if constexpr (is_optional<T>::value) {
        return {{"anyOf",
                 json::array{schema_of_type<typename T::value_type>(definitions), json::object{{"type", "null"}}}}};
    } else if constexpr (is_vector<T>::value) {
        return {{"type", "array"}, {"items", schema_of_type<typename T::value_type>(definitions)}};
    } else if constexpr (is_map<T>::value) {
        static_assert(std::is_same_v<typename T::key_type, std::string>, "say which keys such a map may have");
        return {{"type", "object"}, {"additionalProperties", schema_of_type<typename T::mapped_type>(definitions)}};
    } else {
        static_assert(is_described_struct<T>, "describe this type in its room's describe.hpp");
        const std::string name = plain_name<T>();
        if (!definitions.structs.contains(name)) {
            definitions.structs[name] = nullptr;  // in its place before those that it holds
            json::object properties;
            json::array required;
            visit_field_schemas<T>(definitions, [&](const char* field, json::object schema) {
                properties[field] = std::move(schema);
                if (field != later_field<T>) required.emplace_back(field);
            });
            definitions.structs[name] = closed_object(std::move(properties), std::move(required));
        }
        return {{"$ref", "#/$defs/" + name}};
    }
}

/// The schema of a document: the fields of T beside "schema" and "version". `documents` are the others, which it refers
/// to instead of repeating them.
template <class T>
std::string schema_of(std::string_view schema, int version, DocumentFiles documents = {}) {
    static_assert(!meets_envelope<T>(), "its fields stand under \"value\", which nobody has needed yet");
    json::object properties{{"schema", {{"const", schema}}}, {"version", {{"const", version}}}};
    json::array required{"schema", "version"};
    documents.erase(plain_name<T>());
    Definitions definitions{documents, {}};
    visit_field_schemas<T>(definitions, [&](const char* field, json::object of_field) {
        properties[field] = std::move(of_field);
        if (field != later_field<T>) required.emplace_back(field);
    });
    json::object document{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", plain_name<T>()}};
    for (const auto& field : closed_object(std::move(properties), std::move(required))) document.insert(field);
    if (!definitions.structs.empty()) document["$defs"] = std::move(definitions.structs);
    return print_json(document);
}

}  // namespace r1cluster::detail
