# The two link targets that make the border visible: core is pure, host touches the world. They are for our own
# programs, which use internal headers; cmake/library.cmake makes of them what others link.
add_library(r1cluster_core STATIC)
add_library(r1cluster_host STATIC)

# Flags of our own files; never part of what users of the library inherit.
add_library(r1cluster_private INTERFACE)
target_compile_features(r1cluster_private INTERFACE cxx_std_20)
# A field of an aggregate that is not named has its default: that is how values grow.
# -fno-gnu-unique: a static variable of a template is not shared with other libraries of the process. -f*-sections: what
# a program does not call can be left out of it.
target_compile_options(r1cluster_private INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>
  "$<$<NOT:$<CONFIG:Debug>>:-ffunction-sections;-fdata-sections>"
  -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wconversion
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  $<$<BOOL:${R1CLUSTER_WARNINGS_AS_ERRORS}>:-Werror>)
target_include_directories(r1cluster_private INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_include_directories(r1cluster_private SYSTEM INTERFACE ${Boost_INCLUDE_DIRS} ${TOMLPLUSPLUS_INCLUDE_DIR})
# fmt is compiled in src/base/fmt.cpp, under a name of its own: a user of the library may have another fmt, and links both.
target_include_directories(r1cluster_private SYSTEM INTERFACE
  $<TARGET_PROPERTY:fmt::fmt-header-only,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(r1cluster_private INTERFACE
  "FMT_BEGIN_NAMESPACE=namespace fmt { inline namespace r1cluster_own {" "FMT_END_NAMESPACE=} }")
target_compile_definitions(r1cluster_private INTERFACE R1CLUSTER_VERSION="${PROJECT_VERSION}")
if(R1CLUSTER_SANITIZERS)
  target_compile_options(r1cluster_private INTERFACE -fsanitize=${R1CLUSTER_SANITIZERS} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(r1cluster_private INTERFACE -fsanitize=${R1CLUSTER_SANITIZERS})
endif()

set(include_dir ${PROJECT_SOURCE_DIR}/include)
file(GLOB_RECURSE core_headers CONFIGURE_DEPENDS ${include_dir}/r1cluster/*.hpp)
set(host_headers ${core_headers})
list(FILTER core_headers EXCLUDE REGEX "/host/|/cluster\\.hpp$")
list(FILTER host_headers INCLUDE REGEX "/host/|/cluster\\.hpp$")

foreach(target core host)
  target_compile_features(r1cluster_${target} PUBLIC cxx_std_20)
  set_target_properties(r1cluster_${target} PROPERTIES POSITION_INDEPENDENT_CODE ON VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(r1cluster_${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${${target}_headers})
  target_link_libraries(r1cluster_${target} PRIVATE $<BUILD_INTERFACE:r1cluster_private>)
endforeach()
target_link_libraries(r1cluster_core PRIVATE r1cluster::pugixml)
target_link_libraries(r1cluster_host PUBLIC r1cluster_core PRIVATE r1cluster::openssl Threads::Threads ${CMAKE_DL_LIBS})
