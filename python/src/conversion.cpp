// SPDX-License-Identifier: Apache-2.0
#include "conversion.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace r1cluster::python {
namespace {

constexpr std::size_t hashed_items = 64;  // of a list: enough to tell lists apart, and bounded

void mix(std::size_t& hash, std::size_t more) { hash ^= more + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2); }

/// A class of r1cluster._values.
const py::object& read_only_class(const char* name) {
    // Never destroyed: the interpreter may be gone by then.
    static const auto* list = new py::object(py::module_::import("r1cluster._values").attr("ReadOnlyList"));
    static const auto* dict = new py::object(py::module_::import("r1cluster._values").attr("ReadOnlyDict"));
    return std::string_view(name) == "list" ? *list : *dict;
}

/// Runs `call`; a WrongValue that passes gets `place` in front.
template <class Call>
void at(const std::string& place, Call call) {
    try {
        call();
    } catch (WrongValue& wrong) {
        wrong.place = place + wrong.place;
        throw;
    }
}

}  // namespace

std::string shortened(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    std::size_t end = limit - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside a character
    return text.substr(0, end) + "...";
}

void wrong_value(const std::string& expected, py::handle found) {
    const std::string type = py::str(py::type::handle_of(found).attr("__name__"));
    throw WrongValue{"", expected, type + " " + shortened(py::repr(found), longest_text_in_repr)};
}

namespace {

/// Whole numbers are read as the widest of their kind.
template <class Wide>
Wide whole_number(py::handle object, Wide least, Wide most) {
    const auto number =
        py::reinterpret_steal<py::object>(PyIndex_Check(object.ptr()) ? PyNumber_Index(object.ptr()) : nullptr);
    if (!number) {
        PyErr_Clear();
        wrong_value("int", object);
    }
    Wide value;
    if constexpr (std::is_signed_v<Wide>) {
        value = PyLong_AsLongLong(number.ptr());
    } else {
        value = PyLong_AsUnsignedLongLong(number.ptr());
    }
    const bool has_failed = PyErr_Occurred() != nullptr;
    PyErr_Clear();
    if (has_failed || value < least || value > most) {
        wrong_value("int from " + std::to_string(least) + " to " + std::to_string(most), object);
    }
    return value;
}

}  // namespace

template <class T>
void ScalarCodec<T>::from_python(py::handle object, void* value) const {
    T& target = *static_cast<T*>(value);
    if constexpr (std::is_same_v<T, bool>) {
        if (!PyBool_Check(object.ptr())) wrong_value("bool", object);
        target = object.ptr() == Py_True;
    } else if constexpr (std::is_same_v<T, double>) {
        if (!PyFloat_Check(object.ptr()) && !PyIndex_Check(object.ptr())) wrong_value("float", object);
        target = PyFloat_AsDouble(object.ptr());
        if (PyErr_Occurred()) throw py::error_already_set();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!PyUnicode_Check(object.ptr())) wrong_value("str", object);
        Py_ssize_t size = 0;
        const char* text = PyUnicode_AsUTF8AndSize(object.ptr(), &size);
        if (!text) throw py::error_already_set();
        target.assign(text, static_cast<std::size_t>(size));
    } else {
        using Wide = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;
        using Limits = std::numeric_limits<T>;
        target = static_cast<T>(whole_number<Wide>(object, Limits::min(), Limits::max()));
    }
}

template <class T>
py::object ScalarCodec<T>::to_plain(const void* value) const {
    if constexpr (std::is_same_v<T, bool>) {
        return py::bool_(get(value));
    } else if constexpr (std::is_same_v<T, double>) {
        return py::float_(get(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
        // What a host or a log said need not be UTF-8; JSON replaces such bytes too.
        const std::string& text = get(value);
        return py::reinterpret_steal<py::object>(
            PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
    } else {
        return py::int_(get(value));
    }
}

template <class T>
void ScalarCodec<T>::append_repr(std::string& out, const void* value) const {
    if constexpr (std::is_same_v<T, std::string>) {
        const std::string text = shortened(get(value), longest_text_in_repr);
        out += std::string(py::repr(to_plain(&text)));
    } else {
        out += std::string(py::repr(to_plain(value)));
    }
}

template <class T>
std::string ScalarCodec<T>::annotation() const {
    if constexpr (std::is_same_v<T, bool>) return "bool";
    if constexpr (std::is_same_v<T, double>) return "float";
    if constexpr (std::is_same_v<T, std::string>) return "str";
    return "int";
}

template class ScalarCodec<bool>;
template class ScalarCodec<double>;
template class ScalarCodec<std::string>;
template class ScalarCodec<int>;
template class ScalarCodec<unsigned>;
template class ScalarCodec<long>;
template class ScalarCodec<unsigned long>;
template class ScalarCodec<short>;
template class ScalarCodec<unsigned short>;
template class ScalarCodec<signed char>;
template class ScalarCodec<unsigned char>;

py::object OptionalCodec::to_python(const void* value, const Owner& owner) const {
    const void* item = get(value);
    return item ? item_.to_python(item, owner) : py::none();
}

void OptionalCodec::from_python(py::handle object, void* value) const {
    if (object.is_none()) {
        reset(value);
    } else {
        item_.from_python(object, emplace(value));
    }
}

std::size_t OptionalCodec::hash(const void* value) const {
    const void* item = get(value);
    return item ? item_.hash(item) : 1;
}

bool OptionalCodec::is_equal(const void* a, const void* b) const {
    const void* one = get(a);
    const void* other = get(b);
    return one && other ? item_.is_equal(one, other) : one == other;
}

void OptionalCodec::append_repr(std::string& out, const void* value) const {
    if (const void* item = get(value)) {
        item_.append_repr(out, item);
    } else {
        out += "None";
    }
}

py::object OptionalCodec::to_plain(const void* value) const {
    const void* item = get(value);
    return item ? item_.to_plain(item) : py::none();
}

py::object ListCodec::to_python(const void* value, const Owner& owner) const {
    py::tuple items(size(value));
    for (std::size_t i = 0; i < items.size(); ++i) {
        Owner item_owner = owner;
        const void* place = item(value, i, item_owner);
        items[i] = item_.to_python(place, item_owner);
    }
    return read_only_class("list")(items);
}

void ListCodec::from_python(py::handle object, void* value) const {
    if (PyUnicode_Check(object.ptr()) || PyBytes_Check(object.ptr()) || PyDict_Check(object.ptr())) {
        wrong_value(annotation(), object);
    }
    const auto items = py::reinterpret_steal<py::object>(PySequence_Fast(object.ptr(), ""));
    if (!items) {
        PyErr_Clear();
        wrong_value(annotation(), object);
    }
    clear(value);
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(items.ptr());
    for (Py_ssize_t i = 0; i < count; ++i) {
        at("[" + std::to_string(i) + "]", [&] { append(value, item_, PySequence_Fast_GET_ITEM(items.ptr(), i)); });
    }
}

std::size_t ListCodec::hash(const void* value) const {
    std::size_t hash = size(value);
    for (std::size_t i = 0; i < std::min(size(value), hashed_items); ++i) {
        Owner owner;
        mix(hash, item_.hash(item(value, i, owner)));
    }
    return hash;
}

bool ListCodec::is_equal(const void* a, const void* b) const {
    if (size(a) != size(b)) return false;
    for (std::size_t i = 0; i < size(a); ++i) {
        Owner one;
        Owner other;
        const void* left = item(a, i, one);
        if (!item_.is_equal(left, item(b, i, other))) return false;
    }
    return true;
}

void ListCodec::append_repr(std::string& out, const void* value) const {
    out += "[";
    for (std::size_t i = 0; i < size(value); ++i) {
        if (out.size() > longest_repr) return;
        if (i > 0) out += ", ";
        Owner owner;
        item_.append_repr(out, item(value, i, owner));
    }
    out += "]";
}

py::object ListCodec::to_plain(const void* value) const {
    py::list items(size(value));
    for (std::size_t i = 0; i < items.size(); ++i) {
        Owner owner;
        items[i] = item_.to_plain(item(value, i, owner));
    }
    return items;
}

py::object MapCodec::to_python(const void* value, const Owner& owner) const {
    py::dict items;
    each(value,
         [&](const void* key, const void* item) { items[key_.to_python(key, owner)] = item_.to_python(item, owner); });
    return read_only_class("dict")(items);
}

void MapCodec::from_python(py::handle object, void* value) const {
    if (!PyDict_Check(object.ptr()) && !py::hasattr(object, "keys")) wrong_value(annotation(), object);
    clear(value);
    for (const auto& [key, item] : py::dict(py::reinterpret_borrow<py::object>(object))) {
        at("[" + std::string(py::repr(key)) + "]",
           [&, key = key, item = item] { insert(value, key_, item_, key, item); });
    }
}

std::size_t MapCodec::hash(const void* value) const {
    std::size_t hash = size(value);
    std::size_t seen = 0;
    each(value, [&](const void* key, const void* item) {
        if (++seen > hashed_items) return;
        mix(hash, key_.hash(key));
        mix(hash, item_.hash(item));
    });
    return hash;
}

bool MapCodec::is_equal(const void* a, const void* b) const {
    if (size(a) != size(b)) return false;
    std::vector<std::pair<const void*, const void*>> others;
    others.reserve(size(b));
    each(b, [&](const void* key, const void* item) { others.emplace_back(key, item); });
    bool is_same = true;
    std::size_t i = 0;
    each(a, [&](const void* key, const void* item) {
        is_same = is_same && key_.is_equal(key, others[i].first) && item_.is_equal(item, others[i].second);
        ++i;
    });
    return is_same;
}

void MapCodec::append_repr(std::string& out, const void* value) const {
    const char* separator = "";
    out += "{";
    each(value, [&](const void* key, const void* item) {
        if (out.size() > longest_repr) return;
        out += separator;
        separator = ", ";
        key_.append_repr(out, key);
        out += ": ";
        item_.append_repr(out, item);
    });
    out += "}";
}

py::object MapCodec::to_plain(const void* value) const {
    py::dict items;
    each(value, [&](const void* key, const void* item) { items[key_.to_plain(key)] = item_.to_plain(item); });
    return items;
}

}  // namespace r1cluster::python
