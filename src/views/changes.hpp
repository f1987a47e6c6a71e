// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "r1cluster/views/views.hpp"

namespace r1cluster::detail {

/// Changes of one host while they are found.
class Changes {
public:
    Changes(std::string host, std::vector<Change>& found) : host_(std::move(host)), found_(found) {}

    /// "gpu3: link width fell from 16 to 8 lanes", of the subject and the rest.
    void add(const std::string& subject, const std::string& rest, bool is_worse) {
        found_.push_back({host_, subject, subject + ": " + rest, is_worse});
    }
    /// A text that differs; an empty one is not known, which its Gap says.
    void text(const std::string& subject, std::string_view what, std::string_view before, std::string_view after,
              bool is_worse = false) {
        if (before != after && !before.empty() && !after.empty())
            add(subject, fmt::format("{} was {} and is {}", what, before, after), is_worse);
    }
    /// A number that rises or falls; unset is not known. `lower_is_worse` unset: neither is.
    template <class Number>
    void number(
        const std::string& subject, std::string_view what, const std::optional<Number>& before,
        const std::optional<Number>& after, std::optional<bool> lower_is_worse,
        const std::function<std::string(Number)>& shown = [](Number n) { return fmt::format("{}", n); }) {
        if (!before || !after || *before == *after) return;
        const bool has_fallen = *after < *before;
        add(subject,
            fmt::format("{} {} from {} to {}", what, has_fallen ? "fell" : "rose", shown(*before), shown(*after)),
            lower_is_worse && *lower_is_worse == has_fallen);
    }
    /// A fact that became true or false, with the words for either.
    void fact(const std::string& subject, const std::optional<bool>& before, const std::optional<bool>& after,
              std::string_view if_true, std::string_view if_false, std::optional<bool> worse) {
        if (before && after && *before != *after)
            add(subject, std::string(*after ? if_true : if_false), worse && *worse == *after);
    }

private:
    std::string host_;
    std::vector<Change>& found_;
};

/// Elements of two lists that are the same thing by `key`, and those of one list only; in the lists' order.
template <class Value>
struct Matched {
    std::vector<std::pair<const Value*, const Value*>> both;
    std::vector<const Value*> gone, fresh;
};

template <class Value, class Key>
Matched<Value> matched(const std::vector<Value>& before, const std::vector<Value>& after, Key key) {
    Matched<Value> result;
    std::set<const Value*> taken;
    for (const Value& old : before) {
        const auto found = std::find_if(after.begin(), after.end(),
                                        [&](const Value& one) { return !taken.count(&one) && key(one) == key(old); });
        if (found == after.end())
            result.gone.push_back(&old);
        else {
            taken.insert(&*found);
            result.both.emplace_back(&old, &*found);
        }
    }
    for (const Value& one : after) {
        if (!taken.count(&one)) result.fresh.push_back(&one);
    }
    return result;
}

/// "a, b, c and 4 more"
std::string first_of(const std::vector<std::string>& names, std::size_t most);

/// Two readings of one host. Scrubbed recordings made up UUIDs, GUIDs, MAC and IP addresses, each for itself: then
/// those say nothing about what changed, and are left out.
struct HostPair {
    const Machine& before;
    const Machine& after;
    bool has_made_up_names = false;
};
bool has_made_up_names(const Machine& before, const Machine& after);

void compare_system(const HostPair& host, Changes& changes);
void compare_gpus(const HostPair& host, Changes& changes);
void compare_paths(const HostPair& host, Changes& changes);
void compare_hcas(const HostPair& host, Changes& changes);
void compare_pci(const HostPair& host, Changes& changes);
void compare_nics(const HostPair& host, Changes& changes);
void compare_software(const HostPair& host, Changes& changes);
void compare_checkpoint(const HostPair& host, Changes& changes);
/// Gaps and problems that are new or gone.
void compare_flaws(const HostPair& host, Changes& changes);

}  // namespace r1cluster::detail
