# A wheel installs nothing of this, and with sanitizers there is no library to install (library.cmake).
if(SKBUILD OR R1CLUSTER_SANITIZERS)
  if(SKBUILD)
    set_target_properties(r1cluster PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  return()
endif()
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/r1cluster)
install(TARGETS r1cluster EXPORT r1cluster_targets
  ARCHIVE COMPONENT development LIBRARY COMPONENT development FILE_SET HEADERS COMPONENT development)
if(R1CLUSTER_BUILD_CLI)
  install(TARGETS r1cluster_cli EXPORT r1cluster_targets RUNTIME COMPONENT cli)
endif()
install(EXPORT r1cluster_targets FILE r1clusterTargets.cmake NAMESPACE r1cluster:: DESTINATION ${package_dir}
  COMPONENT development)
configure_package_config_file(cmake/r1clusterConfig.cmake.in r1clusterConfig.cmake INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(r1clusterConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/r1clusterConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/r1clusterConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/r1cluster.pc.in r1cluster.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/r1cluster.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
