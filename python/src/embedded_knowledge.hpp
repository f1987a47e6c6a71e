// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::python {

template <class Result, class... Arguments, std::size_t... index>
auto without_last_argument(Result (*function)(Arguments...), std::index_sequence<index...>) {
    using All = std::tuple<Arguments...>;
    return [function](std::tuple_element_t<index, All>... arguments) -> Result {
        return function(std::forward<std::tuple_element_t<index, All>>(arguments)..., Knowledge::embedded());
    };
}

/// A function of the library without its last argument, the tables: in Python they are the embedded ones.
template <class Result, class... Arguments>
auto with_embedded_knowledge(Result (*function)(Arguments...)) {
    return without_last_argument(function, std::make_index_sequence<sizeof...(Arguments) - 1>{});
}

}  // namespace r1cluster::python
