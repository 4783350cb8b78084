# cmake -Dconfig= -Dcpack= -Dsource= -Dmaintainer= [-Dfolder=] [-Dversion=] -P package.cmake: the packages, in that folder
# and called that version; dated and signed for as the newest commit is, unless SOURCE_DATE_EPOCH and the maintainer are
# given: so two builds of a commit give the same bytes.
cmake_minimum_required(VERSION 3.25)
function(of_newest_commit format result)
    execute_process(COMMAND git -C "${source}" log -1 "--format=${format}"
        OUTPUT_VARIABLE printed RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(failed OR printed STREQUAL "")
        message(FATAL_ERROR "no commit to be read in ${source}: set the environment's SOURCE_DATE_EPOCH, and "
            "-DNATSCREDS_PACKAGE_MAINTAINER='NAME <ADDRESS>' when you configure")
    endif()
    set(${result} "${printed}" PARENT_SCOPE)
endfunction()

if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    of_newest_commit(%ct date)
    set(ENV{SOURCE_DATE_EPOCH} "${date}")
endif()
if(maintainer STREQUAL "")
    of_newest_commit("%an <%ae>" maintainer)
endif()
set(otherwise "")
if(DEFINED folder)
    set(otherwise -B "${folder}")
endif()
if(DEFINED version)
    list(APPEND otherwise -D "CPACK_PACKAGE_VERSION=${version}")
endif()
# A package's parts have modes that follow the umask.
execute_process(COMMAND sh -c "umask 022 && exec \"$@\"" sh
    "${cpack}" --config "${config}" -D "CPACK_PACKAGE_CONTACT=${maintainer}" ${otherwise}
    COMMAND_ERROR_IS_FATAL ANY)
