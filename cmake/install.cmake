include(CMakePackageConfigHelpers)
install(TARGETS r1cluster_core r1cluster_host r1cluster EXPORT r1cluster_targets
  ARCHIVE COMPONENT development FILE_SET HEADERS
  COMPONENT development)
install(EXPORT r1cluster_targets FILE r1clusterTargets.cmake NAMESPACE r1cluster::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r1cluster COMPONENT development)
configure_package_config_file(cmake/r1clusterConfig.cmake.in r1clusterConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r1cluster)
write_basic_package_version_file(r1clusterConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/r1clusterConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/r1clusterConfigVersion.cmake
  cmake/pugixml.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r1cluster COMPONENT development)
