# r1cluster::r1cluster, which other programs link: both halves and what they need in one library, in which nothing but
# the public API is global (hide.cmake). BUILD_SHARED_LIBS makes it a shared library.
if(R1CLUSTER_SANITIZERS)
  # Their tables of global variables do not survive objcopy.
  add_library(r1cluster INTERFACE)
  target_link_libraries(r1cluster INTERFACE r1cluster_core r1cluster_host)
else()
  set(object ${PROJECT_BINARY_DIR}/hidden/r1cluster.o)
  set(exports ${PROJECT_BINARY_DIR}/hidden/exports.txt)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/hidden)
  add_custom_command(OUTPUT ${object} ${exports}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${object} -D EXPORTS=${exports} -D LINKER=${CMAKE_LINKER} -D NM=${CMAKE_NM}
      -D OBJCOPY=${CMAKE_OBJCOPY} "-DWHOLE=$<TARGET_FILE:r1cluster_core>;$<TARGET_FILE:r1cluster_host>"
      "-DNEEDED=${r1cluster_openssl_archives};${r1cluster_pugixml_archives}" -P ${PROJECT_SOURCE_DIR}/cmake/hide.cmake
    DEPENDS r1cluster_core r1cluster_host ${PROJECT_SOURCE_DIR}/cmake/hide.cmake VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_library(r1cluster ${object})
  set_target_properties(r1cluster PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_link_libraries(r1cluster PRIVATE ${r1cluster_openssl_shared} ${r1cluster_pugixml_shared} Threads::Threads
    ${CMAKE_DL_LIBS})
  target_compile_features(r1cluster PUBLIC cxx_std_20)
  # The shared library as well, for tests/consume.
  add_library(r1cluster_shared SHARED EXCLUDE_FROM_ALL ${object})
  set_target_properties(r1cluster_shared PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME r1cluster
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/hidden)
  target_link_libraries(r1cluster_shared PRIVATE ${r1cluster_openssl_shared} ${r1cluster_pugixml_shared}
    Threads::Threads ${CMAKE_DL_LIBS})
  target_sources(r1cluster PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${core_headers} ${host_headers})
endif()
add_library(r1cluster::r1cluster ALIAS r1cluster)
