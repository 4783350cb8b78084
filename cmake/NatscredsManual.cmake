# natscreds_manual(NAME): installs what the program NAME prints of itself, its manual page and its completion for each
# shell. It is asked as it is installed: no build waits for that.
function(natscreds_manual name)
    install(CODE "set(program \"${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name}\")\nset(name \"${name}\")" COMPONENT programs)
    install(CODE [[
        function(install_printed file)
            cmake_path(GET file PARENT_PATH folder)
            # A folder of its own: two may install at once.
            string(RANDOM LENGTH 16 run)
            set(made "${CMAKE_CURRENT_LIST_DIR}/manual/${run}/${file}")
            file(MAKE_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/manual/${run}/${folder}")
            execute_process(COMMAND "${program}" ${ARGN} OUTPUT_FILE "${made}" COMMAND_ERROR_IS_FATAL ANY)
            file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/share/${folder}" TYPE FILE FILES "${made}")
            file(REMOVE_RECURSE "${CMAKE_CURRENT_LIST_DIR}/manual/${run}")
        endfunction()
        install_printed("man/man1/${name}.1" --man)
        install_printed("bash-completion/completions/${name}" --completion bash)
        install_printed("zsh/site-functions/_${name}" --completion zsh)
        install_printed("fish/vendor_completions.d/${name}.fish" --completion fish)
    ]] COMPONENT programs)
endfunction()
