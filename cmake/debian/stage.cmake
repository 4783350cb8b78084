# What a Debian package has beyond what `cmake --install` installs; cpack runs this when the files of each package lie
# in a folder of its component's name.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/spdx.cmake")

set(debian "${NATSCREDS_SOURCE_DIR}/conf/debian")
set(version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

# gzip without names and times.
function(compress)
    execute_process(COMMAND gzip -9 -n ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(copy_to folder)
    file(COPY ${ARGN} DESTINATION "${folder}")
endfunction()

# Replaces a text that has to be there.
function(replace_in variable from to)
    string(FIND "${${variable}}" "${from}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "no ${from} in ${variable}")
    endif()
    string(REPLACE "${from}" "${to}" replaced "${${variable}}")
    set(${variable} "${replaced}" PARENT_SCOPE)
endfunction()

# conf/policy/chat.toml, with the paths that the systemd unit gives.
function(write_configuration file)
    file(READ "${NATSCREDS_SOURCE_DIR}/conf/policy/chat.toml" chat_toml)
    foreach(secret chat.nk provisioner.creds)
        replace_in(chat_toml "\"${secret}\"" "\"/run/credentials/nats-provisioner.service/${secret}\"")
    endforeach()
    replace_in(chat_toml "names.db" "/var/lib/nats-provisioner/names.db")
    replace_in(chat_toml "audit.jsonl" "/var/lib/nats-provisioner/audit.jsonl")
    file(WRITE "${file}" "${chat_toml}")
endfunction()

# /usr/share/doc/PACKAGE, as policy wants it.
function(write_documentation root package)
    set(folder "${root}/usr/share/doc/${package}")
    copy_to("${folder}" "${debian}/copyright")
    configure_file("${NATSCREDS_SOURCE_DIR}/CHANGELOG.md" "${folder}/changelog" COPYONLY)
    string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)   # of SOURCE_DATE_EPOCH
    file(WRITE "${folder}/changelog.Debian" "natscreds (${version}) unstable; urgency=medium\n\n"
        "  * Version ${CPACK_PACKAGE_VERSION}; what is new stands in changelog.gz.\n\n"
        " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
    compress("${folder}/changelog" "${folder}/changelog.Debian")
endfunction()

# Whatever the umask was that the tree was checked out and built with.
function(set_modes root)
    execute_process(COMMAND chmod -R u=rwX,go=rX "${root}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(stage_natscreds root)
    file(GLOB pages "${root}/usr/share/man/man1/*.1")
    compress(${pages})
    file(RENAME "${root}/usr/share/zsh/site-functions" "${root}/usr/share/zsh/vendor-completions")
    copy_to("${root}/${NATSCREDS_UNIT_FOLDER}" "${NATSCREDS_SOURCE_DIR}/conf/systemd/nats-provisioner.service")
    configure_file("${NATSCREDS_SOURCE_DIR}/conf/systemd/nats-provisioner.sysusers"
        "${root}/usr/lib/sysusers.d/natscreds.conf" COPYONLY)
    write_configuration("${root}/etc/natscreds/chat.toml")
    # Beside each other as in the tree, so that the links between them lead somewhere.
    copy_to("${root}/usr/share/doc/natscreds" "${NATSCREDS_SOURCE_DIR}/README.md" "${NATSCREDS_SOURCE_DIR}/SECURITY.md"
        "${NATSCREDS_SOURCE_DIR}/docs" "${NATSCREDS_SOURCE_DIR}/conf")
    file(REMOVE_RECURSE "${root}/usr/share/doc/natscreds/conf/debian")
    write_documentation("${root}" natscreds)
    set_modes("${root}")
    write_spdx("${root}" natscreds "${version}" "${NATSCREDS_NATSCREDS_BUILT_WITH}")
endfunction()

function(stage_development root)
    write_documentation("${root}" libnatscreds-dev)
    set_modes("${root}")
    write_spdx("${root}" libnatscreds-dev "${version}" "${NATSCREDS_LIBNATSCREDS_DEV_BUILT_WITH}")
endfunction()

stage_natscreds("${CPACK_TEMPORARY_INSTALL_DIRECTORY}/programs")
stage_development("${CPACK_TEMPORARY_INSTALL_DIRECTORY}/development")
