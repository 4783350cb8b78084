# One function for each kind of target, so that every folder is built by the same rules.
include(NatscredsManual)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(PROJECT_IS_TOP_LEVEL)
    # Every public header must compile by itself (target all_verify_interface_header_sets).
    set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
endif()

# Several sources are compiled as one in all presets but dev, tidy and coverage, which takes a third of the time: what
# is local to a source has a name that no other source of its library gives to something else. What one hides of
# another is told where each is compiled by itself.
if(CMAKE_UNITY_BUILD)
    add_compile_options(-Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# Each folder looks for the packages that it uses. What one has found all see, for what is linked stands on it.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(PkgConfig REQUIRED)

# natscreds_find_pkg_config(NAME MODULE): PkgConfig::NAME, for a library that comes without a CMake package.
macro(natscreds_find_pkg_config name module)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
endmacro()

# natscreds_library(NAME SOURCES... HEADERS... [USES targets...] [PRIVATE targets...] [BUILD_ONLY targets...]
#                   [PRECOMPILE headers...])
#
# A static library natscreds_NAME, alias natscreds::NAME. HEADERS lie below include/ and are its promise;
# USES are the natscreds libraries whose headers these headers include; PRIVATE is what only the sources see.
# BUILD_ONLY is the same where nothing has to be linked: whoever uses the installed library does without.
# PRECOMPILE are large headers that several of the sources include all the same: it saves minutes, and nothing else,
# where each source is compiled by itself.
function(natscreds_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;USES;PRIVATE;BUILD_ONLY;PRECOMPILE")
    set(target natscreds_${name})
    add_library(${target} STATIC ${arg_SOURCES})
    add_library(natscreds::${name} ALIAS ${target})
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_link_libraries(${target} PUBLIC ${arg_USES} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:${arg_BUILD_ONLY}>)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    if(NOT CMAKE_UNITY_BUILD)
        target_precompile_headers(${target} PRIVATE ${arg_PRECOMPILE})
    endif()
endfunction()

# All programs, and nothing else.
add_custom_target(natscreds_programs)

# natscreds_program(NAME SOURCES... USES targets...): an executable build/<preset>/bin/NAME.
function(natscreds_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES")
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_USES})
    target_compile_definitions(${name} PRIVATE NATSCREDS_VERSION="${PROJECT_VERSION}")
    add_dependencies(natscreds_programs ${name})
    install(TARGETS ${name} COMPONENT programs)
    natscreds_manual(${name})
endfunction()
