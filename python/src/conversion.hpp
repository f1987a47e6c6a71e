// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What Python makes of each C++ type: one Codec per type, behind one interface, so that everything that walks values
/// (fields, lists, hashes, repr(), to_dict()) is compiled once and not once for each type.

#include <pybind11/pybind11.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/reflect_json.hpp"

namespace r1cluster::python {

namespace py = pybind11;

constexpr std::size_t longest_repr = 400;
constexpr std::size_t longest_text_in_repr = 80;

/// At most `limit` bytes of UTF-8, whole characters, "..." where it was cut.
std::string shortened(std::string text, std::size_t limit);

/// The whole that a value is a part of, kept alive by whoever refers to the part.
using Owner = std::shared_ptr<const void>;

/// A TypeError in the making; each level that it passes puts its name in front of `place`.
struct WrongValue {
    std::string place;  ///< "hosts[0].name"
    std::string expected;
    std::string found;
};
[[noreturn]] void wrong_value(const std::string& expected, py::handle found);

class Codec {
public:
    Codec() = default;
    Codec(const Codec&) = delete;
    Codec& operator=(const Codec&) = delete;
    virtual ~Codec() = default;

    /// `value` is a part of `owner`. What refers to the value keeps the owner.
    virtual py::object to_python(const void* value, const Owner& owner) const = 0;
    /// Throws WrongValue.
    virtual void from_python(py::handle object, void* value) const = 0;
    virtual std::size_t hash(const void* value) const = 0;
    virtual bool is_equal(const void* a, const void* b) const = 0;
    virtual void append_repr(std::string& out, const void* value) const = 0;
    /// Dicts, lists, texts and numbers alone.
    virtual py::object to_plain(const void* value) const = 0;
    /// For the stubs: "Sequence[int] | None".
    virtual std::string annotation() const = 0;
    /// Whether what to_python() makes is worth keeping for the next access.
    virtual bool is_kept() const { return false; }
};

/// "r1cluster::Layout".
template <class T>
constexpr std::string_view scoped_name() {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("T = ") + 4);
    return name.substr(0, name.find_first_of(";]"));
}

/// What an instance of a template is called in Python. Specialize in bindings.hpp.
template <class T>
inline constexpr std::string_view name_of_instance{};

/// "Layout" of r1cluster::Layout.
template <class T>
constexpr std::string_view cpp_name() {
    if constexpr (!name_of_instance<T>.empty()) return name_of_instance<T>;
    const std::string_view name = scoped_name<T>();
    const std::size_t scope = name.rfind("::");
    return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

template <class T>
const Codec& codec_of();

/// Of bool, double, std::string and integers.
template <class T>
class ScalarCodec final : public Codec {
public:
    py::object to_python(const void* value, const Owner&) const override { return to_plain(value); }
    void from_python(py::handle object, void* value) const override;
    std::size_t hash(const void* value) const override { return std::hash<T>()(get(value)); }
    bool is_equal(const void* a, const void* b) const override { return get(a) == get(b); }
    void append_repr(std::string& out, const void* value) const override;
    py::object to_plain(const void* value) const override;
    std::string annotation() const override;

private:
    static const T& get(const void* value) { return *static_cast<const T*>(value); }
};

template <class E>
class EnumCodec final : public Codec {
public:
    py::object to_python(const void* value, const Owner&) const override { return py::cast(get(value)); }
    void from_python(py::handle object, void* value) const override {
        try {
            *static_cast<E*>(value) = py::cast<E>(object);
        } catch (const py::cast_error&) {
            wrong_value(annotation(), object);
        }
    }
    std::size_t hash(const void* value) const override { return static_cast<std::size_t>(get(value)); }
    bool is_equal(const void* a, const void* b) const override { return get(a) == get(b); }
    void append_repr(std::string& out, const void* value) const override { out += py::str(py::cast(get(value))); }
    py::object to_plain(const void* value) const override {
        const std::string_view text = to_text(get(value));
        return py::str(text.data(), text.size());
    }
    std::string annotation() const override { return std::string(cpp_name<E>()); }

private:
    static const E& get(const void* value) { return *static_cast<const E*>(value); }
};

/// What is common to optional values: nullptr stands for none.
class OptionalCodec : public Codec {
public:
    explicit OptionalCodec(const Codec& item) : item_(item) {}
    py::object to_python(const void* value, const Owner& owner) const override;
    void from_python(py::handle object, void* value) const override;
    std::size_t hash(const void* value) const override;
    bool is_equal(const void* a, const void* b) const override;
    void append_repr(std::string& out, const void* value) const override;
    py::object to_plain(const void* value) const override;
    std::string annotation() const override { return item_.annotation() + " | None"; }
    bool is_kept() const override { return item_.is_kept(); }

private:
    virtual const void* get(const void* value) const = 0;
    virtual void reset(void* value) const = 0;
    virtual void* emplace(void* value) const = 0;

    const Codec& item_;
};

template <class Optional>
class OptionalCodecOf final : public OptionalCodec {
public:
    OptionalCodecOf() : OptionalCodec(codec_of<typename Optional::value_type>()) {}

private:
    const void* get(const void* value) const override {
        const auto& optional = *static_cast<const Optional*>(value);
        return optional ? &*optional : nullptr;
    }
    void reset(void* value) const override { static_cast<Optional*>(value)->reset(); }
    void* emplace(void* value) const override { return &static_cast<Optional*>(value)->emplace(); }
};

class ListCodec : public Codec {
public:
    explicit ListCodec(const Codec& item) : item_(item) {}
    py::object to_python(const void* value, const Owner& owner) const override;
    void from_python(py::handle object, void* value) const override;
    std::size_t hash(const void* value) const override;
    bool is_equal(const void* a, const void* b) const override;
    void append_repr(std::string& out, const void* value) const override;
    py::object to_plain(const void* value) const override;
    std::string annotation() const override { return "Sequence[" + item_.annotation() + "]"; }
    bool is_kept() const override { return true; }

protected:
    virtual std::size_t size(const void* value) const = 0;
    /// `owner` becomes the item's own where the list makes its items when they are asked for.
    virtual const void* item(const void* value, std::size_t index, Owner& owner) const = 0;
    virtual void clear(void* value) const = 0;
    virtual void append(void* value, const Codec& item, py::handle object) const = 0;

private:
    const Codec& item_;
};

template <class List>
class ListCodecOf final : public ListCodec {
    using Item = typename List::value_type;
    static_assert(!std::is_same_v<Item, bool>, "a vector of bool has no items to refer to");

public:
    ListCodecOf() : ListCodec(codec_of<Item>()) {}

private:
    std::size_t size(const void* value) const override { return static_cast<const List*>(value)->size(); }
    const void* item(const void* value, std::size_t index, Owner& owner) const override {
        const List& list = *static_cast<const List*>(value);
        if constexpr (std::is_reference_v<decltype(list[index])>) {
            return &list[index];
        } else {
            auto made = std::make_shared<const Item>(list[index]);
            owner = made;
            return made.get();
        }
    }
    void clear(void* value) const override { static_cast<List*>(value)->clear(); }
    void append(void* value, const Codec& codec, py::handle object) const override {
        Item item{};
        codec.from_python(object, &item);
        static_cast<List*>(value)->push_back(std::move(item));
    }
};

class MapCodec : public Codec {
public:
    MapCodec(const Codec& key, const Codec& item) : key_(key), item_(item) {}
    py::object to_python(const void* value, const Owner& owner) const override;
    void from_python(py::handle object, void* value) const override;
    std::size_t hash(const void* value) const override;
    bool is_equal(const void* a, const void* b) const override;
    void append_repr(std::string& out, const void* value) const override;
    py::object to_plain(const void* value) const override;
    std::string annotation() const override { return "Mapping[" + key_.annotation() + ", " + item_.annotation() + "]"; }
    bool is_kept() const override { return true; }

protected:
    using Visit = std::function<void(const void* key, const void* item)>;
    virtual std::size_t size(const void* value) const = 0;
    virtual void each(const void* value, const Visit& visit) const = 0;
    virtual void clear(void* value) const = 0;
    virtual void insert(void* value, const Codec& key, const Codec& item, py::handle k, py::handle v) const = 0;

private:
    const Codec& key_;
    const Codec& item_;
};

template <class Map>
class MapCodecOf final : public MapCodec {
public:
    MapCodecOf() : MapCodec(codec_of<typename Map::key_type>(), codec_of<typename Map::mapped_type>()) {}

private:
    std::size_t size(const void* value) const override { return static_cast<const Map*>(value)->size(); }
    void each(const void* value, const Visit& visit) const override {
        for (const auto& [key, item] : *static_cast<const Map*>(value)) visit(&key, &item);
    }
    void clear(void* value) const override { static_cast<Map*>(value)->clear(); }
    void insert(void* value, const Codec& key_codec, const Codec& codec, py::handle k, py::handle v) const override {
        typename Map::key_type key{};
        key_codec.from_python(k, &key);
        codec.from_python(v, &(*static_cast<Map*>(value))[std::move(key)]);
    }
};

class StructCodec;
template <class T>
StructCodec& struct_codec();
const Codec& as_codec(const StructCodec& codec);

template <class T>
const Codec& codec_of() {
    if constexpr (detail::is_optional<T>::value) {
        static const OptionalCodecOf<T> codec;
        return codec;
    } else if constexpr (detail::is_vector<T>::value) {
        static const ListCodecOf<T> codec;
        return codec;
    } else if constexpr (detail::is_map<T>::value) {
        static const MapCodecOf<T> codec;
        return codec;
    } else if constexpr (std::is_enum_v<T>) {
        static const EnumCodec<T> codec;
        return codec;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
        static const ScalarCodec<T> codec;
        return codec;
    } else {
        return as_codec(struct_codec<T>());
    }
}

}  // namespace r1cluster::python
