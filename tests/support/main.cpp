// SPDX-License-Identifier: Apache-2.0
// The program of all C++ tests: Catch2, and a count of the cases that were skipped.
#define CATCH_CONFIG_RUNNER
#include <iostream>
#include <set>

#include "support/catch.hpp"
#include "support/skip.hpp"

namespace {

constexpr int exit_code_with_skips = 77;  // SKIP_RETURN_CODE in tests/CMakeLists.txt

struct Outcome {
    std::set<std::string> skipped;  // names of cases
    Catch::Counts cases;
};

Outcome& outcome() {
    static Outcome one;
    return one;
}

#if __has_include(<catch2/catch_all.hpp>)
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

class CaseCounter : public Listener {
public:
    using Listener::Listener;
    void testRunEnded(const Catch::TestRunStats& stats) override {
        outcome().cases = stats.totals.testCases;
        Listener::testRunEnded(stats);
    }
};
CATCH_REGISTER_LISTENER(CaseCounter)

std::size_t passed_cases() {
#ifdef SKIP
    return outcome().cases.passed;
#else
    return outcome().cases.passed - outcome().skipped.size();
#endif
}

}  // namespace

void r1cluster::skip_case(const std::string& because) {
    const std::string name = Catch::getResultCapture().getCurrentTestName();
    if (outcome().skipped.insert(name).second) std::cout << "SKIPPED: " << name << ": " << because << std::endl;
#ifdef SKIP
    SKIP(because);
#endif
    throw Catch::TestFailureException();  // ends the case, and fails nothing: Catch2 counts failed assertions
}

int main(int argc, char* argv[]) {
    const int code = Catch::Session().run(argc, argv);
    const std::size_t skipped = outcome().skipped.size();
    // tests/run.sh sums these lines.
    std::cout << "cases: " << passed_cases() << " passed, " << outcome().cases.failed << " failed, " << skipped
              << " skipped" << std::endl;
    return skipped > 0 && outcome().cases.failed == 0 ? exit_code_with_skips : code;
}
