// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "base/reflect_json.hpp"
#include "report/describe.hpp"
#include "spec/describe.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

template <class Enum>
void walk_all_enumerators() {
    std::set<std::string> texts;
    std::size_t count = 0;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto enumerator) {
        ++count;
        const std::string text(to_text(enumerator.value));
        INFO(enumerator.name);
        // The text is the enumerator's own name: one word for C++, Python, JSON and TOML.
        CHECK(text == enumerator.name);
        CHECK(texts.insert(text).second);
        CHECK(detail::from_value<Enum>(detail::to_value(enumerator.value), "x") == enumerator.value);
    });
    CHECK(count > 1);
}

}  // namespace

TEST_CASE("every severity has its own text and is read back from it", "[base]") { walk_all_enumerators<Severity>(); }
TEST_CASE("every transport has its own text and is read back from it", "[base]") { walk_all_enumerators<Transport>(); }
TEST_CASE("every fate has its own text and is read back from it", "[base]") { walk_all_enumerators<Fate>(); }

TEST_CASE("every kind of error has its own text", "[base]") {
    std::set<std::string_view> texts;
    for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) texts.insert(to_text(static_cast<ErrorKind>(i)));
    CHECK(texts == std::set<std::string_view>{"internal", "interrupted", "invalid_input", "not_found", "system",
                                              "timed_out", "unavailable"});
}

TEST_CASE("an error knows its kind, its subject and what it says", "[base]") {
    const Error error(ErrorKind::timed_out, "node1", "reading \"node1\": no answer within 20 s");
    CHECK(error.kind() == ErrorKind::timed_out);
    CHECK(error.subject() == "node1");
    CHECK(std::string(error.what()) == "reading \"node1\": no answer within 20 s");
}
