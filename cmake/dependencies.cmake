# Everything here is needed to build only. A program that uses an installed r1cluster needs OpenSSL and
# pugixml (both linked statically where they can be had) and threads; no third-party type shows in a public header.
find_package(Threads REQUIRED)
include(cmake/openssl.cmake)
include(cmake/pugixml.cmake)
# Headers only: Asio, Beast, Describe, JSON and Process v2 are compiled into our own files.
find_package(Boost 1.81 REQUIRED)
find_package(fmt 9 REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)

# Vendor libraries are opened at run time. NVML is declared in src/host/read/nvml_declarations.hpp; of ibverbs only the
# header is looked for, and where it is absent, its source compiles to a Gap that says so.
find_path(R1CLUSTER_VERBS_INCLUDE_DIR infiniband/verbs.h)
if(NOT R1CLUSTER_VERBS_INCLUDE_DIR)
  message(STATUS "infiniband/verbs.h not found: HCAs will be read from sysfs alone (apt install libibverbs-dev)")
endif()

if(R1CLUSTER_BUILD_CLI)
  find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp)
  if(NOT CLI11_INCLUDE_DIR AND PROJECT_IS_TOP_LEVEL)
    message(FATAL_ERROR "CLI/CLI.hpp not found: apt install libcli11-dev, or configure with -DR1CLUSTER_BUILD_CLI=OFF")
  elseif(NOT CLI11_INCLUDE_DIR)
    message(WARNING "CLI/CLI.hpp not found: r1cluster::agent, which up() and read() copy to hosts, is not built "
      "(apt install libcli11-dev)")
    set(R1CLUSTER_BUILD_CLI OFF)
  endif()
endif()
