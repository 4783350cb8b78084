# Target package: natscreds and libnatscreds-dev for the Debian that this is built on, docs/packages.md.
#   cmake --build --preset release --target package
find_program(NATSCREDS_DPKG_DEB dpkg-deb)
if(NOT NATSCREDS_DPKG_DEB)
    return()
endif()
set(NATSCREDS_PACKAGE_MAINTAINER "" CACHE STRING "NAME <ADDRESS>; empty: who made the newest commit")

# Each Debian has packages of its own, the newer one's with the higher version.
file(STRINGS /etc/os-release release REGEX "^(ID|VERSION_ID)=")
string(REGEX REPLACE ".*VERSION_ID=\"?([0-9.]+).*" "\\1" release "${release}")
# From Debian 13 on nothing may lie in /lib, which is a link.
if(release VERSION_LESS 13)
    set(unit_folder lib/systemd/system)
else()
    set(unit_folder usr/lib/systemd/system)
endif()

# What the programs are built with: name, version, licence (by SPDX's names), and how it is linked.
# Versions are those that were found.
find_package(CLI11 QUIET)
find_package(OpenSSL QUIET)
find_package(ftxui QUIET)
find_package(fmt QUIET)
find_package(nlohmann_json QUIET)
pkg_check_modules(prometheus QUIET prometheus-cpp-core)   # its CMake package tells no version
find_package(spdlog QUIET)
find_package(tomlplusplus QUIET)
execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE libc OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^glibc " "" libc "${libc}")
get_target_property(ftxui_kind ftxui::screen TYPE)
if(ftxui_kind STREQUAL "STATIC_LIBRARY")
    set(ftxui_linked STATIC)
else()
    set(ftxui_linked DYNAMIC)
endif()
set(built_with
    "libsodium|${sodium_VERSION}|ISC|DYNAMIC"
    "OpenSSL|${OPENSSL_VERSION}|Apache-2.0|DYNAMIC"
    "nlohmann_json|${nlohmann_json_VERSION}|MIT|STATIC"
    "libstdc++|${CMAKE_CXX_COMPILER_VERSION}|GPL-3.0-or-later WITH GCC-exception-3.1|DYNAMIC"
    "glibc|${libc}|LGPL-2.1-or-later|DYNAMIC")
set(NATSCREDS_LIBNATSCREDS_DEV_BUILT_WITH "${built_with}" "nats.c|${nats_VERSION}|Apache-2.0|DYNAMIC")
set(NATSCREDS_NATSCREDS_BUILT_WITH "${built_with}"
    "nats.c|${nats_VERSION}|Apache-2.0|DYNAMIC"
    "CLI11|${CLI11_VERSION}|BSD-3-Clause|STATIC"
    "cpp-httplib|${httplib_VERSION}|MIT|DYNAMIC"
    "fmt|${fmt_VERSION}|MIT|DYNAMIC"
    "ftxui|${ftxui_VERSION}|MIT|${ftxui_linked}"
    "libqrencode|${qrencode_VERSION}|LGPL-2.1-or-later|DYNAMIC"
    "prometheus-cpp|${prometheus_VERSION}|MIT|DYNAMIC"
    "spdlog|${spdlog_VERSION}|MIT|DYNAMIC"
    "sqlite3|${sqlite3_VERSION}|blessing|DYNAMIC"
    "tomlplusplus|${tomlplusplus_VERSION}|MIT|DYNAMIC"
    "utf8proc|${utf8proc_VERSION}|MIT AND Unicode-DFS-2016|DYNAMIC"
    "yaml-cpp|${yaml-cpp_VERSION}|MIT|DYNAMIC")

# CPack's own target would build the tests too, for it waits for all.
set(NATSCREDS_CPACK_CONFIG "${PROJECT_BINARY_DIR}/debian/cpack.cmake")
configure_file(cmake/debian/cpack.cmake.in "${NATSCREDS_CPACK_CONFIG}" @ONLY)
add_custom_target(package
    COMMAND "${CMAKE_COMMAND}" "-Dconfig=${NATSCREDS_CPACK_CONFIG}" "-Dcpack=${CMAKE_CPACK_COMMAND}"
        "-Dsource=${PROJECT_SOURCE_DIR}" "-Dmaintainer=${NATSCREDS_PACKAGE_MAINTAINER}"
        -P "${PROJECT_SOURCE_DIR}/cmake/debian/package.cmake"
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
    USES_TERMINAL VERBATIM)
add_dependencies(package natscreds_programs natscreds_base natscreds_nkeys natscreds_jwt natscreds_bus natscreds_access)
