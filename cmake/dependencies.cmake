# Everything here is needed to build only. A program that uses an installed r1cluster needs OpenSSL and
# pugixml (both linked statically where they can be had) and threads; no third-party type shows in a public header.
find_package(Threads REQUIRED)
include(cmake/openssl.cmake)
include(cmake/pugixml.cmake)
# Headers only: Asio, Beast, Describe, JSON and Process v2 are compiled into our own files.
find_package(Boost 1.81 REQUIRED)
find_package(fmt 9 REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)

# Vendor libraries are opened at run time; only their headers are looked for. Where one is absent, its source
# compiles to a Gap that says so.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
  # nvidia-nvml-dev-cu12 on PyPI holds nvml.h alone, for machines without the CUDA Toolkit.
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import nvidia.nvml_dev as m; print(list(m.__path__)[0])"
    OUTPUT_VARIABLE r1cluster_nvml_wheel OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
find_path(R1CLUSTER_NVML_INCLUDE_DIR nvml.h
  HINTS "${r1cluster_nvml_wheel}/include" ENV CUDA_HOME
  PATHS /usr/local/cuda/include)
if(NOT R1CLUSTER_NVML_INCLUDE_DIR)
  message(WARNING "nvml.h not found: this build cannot see the GPUs of any host. Run \"pip install "
    "nvidia-nvml-dev-cu12\" or install the CUDA Toolkit, and configure again; or set R1CLUSTER_NVML_INCLUDE_DIR to the "
    "folder of nvml.h")
endif()
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
