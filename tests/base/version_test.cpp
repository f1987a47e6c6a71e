// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/version.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

TEST_CASE("a version is read into its numbers, pre-release and local part", "[base]") {
    const Version version = Version::parse("0.32.0rc1+cpu.1");
    CHECK(version.numbers == std::vector<int>{0, 32, 0});
    CHECK(version.pre_release == "rc1");
    CHECK(version.local == "cpu.1");
    CHECK(Version::parse("580.159.04").numbers == std::vector<int>{580, 159, 4});
}

TEST_CASE("what is no version is never read as one", "[base]") {
    for (const char* text : {"", "abc", ".1", "1.", "1..2", "1.2.", "-1", "+cpu", "1.2+", "1.2 ", " 1.2", "1,2",
                             "1.2+a b", "99999999999.1", "1.2-", "v", "1.2/3"}) {
        INFO('"' << text << '"');
        CHECK_FALSE(Version::try_parse(text));
    }
    CHECK(error_of([] { Version::parse("latest"); }) ==
          "\"latest\" is not a version; expected for example \"0.11.1\" or \"0.32.0+cpu\"");
}

TEST_CASE("versions are ordered as Python orders them", "[base]") {
    const std::vector<std::string> ordered{"0.9.0",     "0.11.0",     "0.11.1.dev5", "0.11.1a1",     "0.11.1b2",
                                           "0.11.1rc2", "0.11.1rc10", "0.11.1",      "0.11.1.post1", "0.11.1.post2",
                                           "0.11.2",    "0.12.0",     "1.0"};
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        for (std::size_t j = 0; j < ordered.size(); ++j) {
            INFO(ordered[i] << " <=> " << ordered[j]);
            CHECK((Version::parse(ordered[i]) < Version::parse(ordered[j])) == (i < j));
        }
    }
}

TEST_CASE("the local part and missing zeros do not take part in the order", "[base]") {
    CHECK(Version::parse("0.32.0+cpu") == Version::parse("0.32.0"));
    CHECK(Version::parse("1.2") == Version::parse("1.2.0"));
    CHECK(Version::parse("v0.7.1") == Version::parse("0.7.1"));
}

TEST_CASE("a version is written as it was read", "[base]") {
    for (const char* text : {"0.11.1", "0.11.1rc1", "0.6.4.post1", "0.11.1.dev5", "0.11.2.dev3+g1a2b3c", "0.32.0+cpu",
                             "1", "580.95-0ubuntu1"}) {
        CHECK(Version::parse(text).text() == text);
    }
}

TEST_CASE("this library has a version", "[base]") { CHECK(Version::try_parse(library_version())); }
