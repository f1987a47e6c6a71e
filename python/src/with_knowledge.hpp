// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "bindings.hpp"

namespace r1cluster::python {

template <class Result, class... Arguments, std::size_t... index>
auto with_last_optional(Result (*function)(Arguments...), std::index_sequence<index...>) {
    using All = std::tuple<Arguments...>;
    return [function](std::tuple_element_t<index, All>... arguments, const Knowledge* knowledge) -> Result {
        return function(std::forward<std::tuple_element_t<index, All>>(arguments)..., knowledge_or_embedded(knowledge));
    };
}

/// A function of the library whose last argument, the tables, may be None in Python: then they are the embedded ones.
template <class Result, class... Arguments>
auto with_knowledge(Result (*function)(Arguments...)) {
    return with_last_optional(function, std::make_index_sequence<sizeof...(Arguments) - 1>{});
}

}  // namespace r1cluster::python
