# The installed package: natscreds::nkeys and natscreds::jwt, with what they stand on, for find_package(natscreds);
# natscreds::bus and natscreds::access too for find_package(natscreds COMPONENTS access).
#   cmake --install build/release --component development --prefix WHERE
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/natscreds")
install(TARGETS natscreds_base natscreds_nkeys natscreds_jwt EXPORT natscredsTargets
    ARCHIVE COMPONENT development
    FILE_SET HEADERS COMPONENT development)
install(EXPORT natscredsTargets NAMESPACE natscreds:: DESTINATION "${package_folder}" COMPONENT development)
if(TARGET natscreds_access)
    install(TARGETS natscreds_bus natscreds_access EXPORT natscredsConnectingTargets
        ARCHIVE COMPONENT development
        FILE_SET HEADERS COMPONENT development)
    install(EXPORT natscredsConnectingTargets NAMESPACE natscreds:: DESTINATION "${package_folder}"
        COMPONENT development)
endif()
configure_package_config_file(cmake/natscredsConfig.cmake.in "${PROJECT_BINARY_DIR}/natscredsConfig.cmake"
    INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/natscredsConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/natscredsConfig.cmake" "${PROJECT_BINARY_DIR}/natscredsConfigVersion.cmake"
    DESTINATION "${package_folder}" COMPONENT development)
