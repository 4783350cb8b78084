# write_spdx(ROOT PACKAGE VERSION BUILT_WITH): /usr/share/doc/PACKAGE/PACKAGE.spdx.json below ROOT, an SPDX 2.3 document
# of the files that are in ROOT and of the libraries that they are built with, NAME|VERSION|LICENCE|STATIC or DYNAMIC.
function(write_spdx root package version built_with)
    set(document "usr/share/doc/${package}/${package}.spdx.json")
    set(relations "{\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", \"relatedSpdxElement\": \"SPDXRef-Package\"}")
    spdx_files("${root}" "${document}")
    spdx_libraries("${built_with}")
    string(TIMESTAMP created "%Y-%m-%dT%H:%M:%SZ" UTC)   # of SOURCE_DATE_EPOCH
    # Of its content, as SPDX wants one that no other document has.
    string(UUID id NAMESPACE 6ba7b812-9dad-11d1-80b4-00c04fd430c8 TYPE SHA1
        NAME "${package} ${version} ${verification} ${built_with} ${created}")
    file(WRITE "${root}/${document}" "{
\"spdxVersion\": \"SPDX-2.3\",
\"dataLicense\": \"CC0-1.0\",
\"SPDXID\": \"SPDXRef-DOCUMENT\",
\"name\": \"${package}_${version}\",
\"documentNamespace\": \"urn:uuid:${id}\",
\"creationInfo\": {\"created\": \"${created}\", \"creators\": [\"Tool: natscreds-build-${CPACK_PACKAGE_VERSION}\"]},
\"packages\": [
{\"SPDXID\": \"SPDXRef-Package\", \"name\": \"${package}\", \"versionInfo\": \"${version}\", \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": true, \"packageVerificationCode\": {\"packageVerificationCodeValue\": \"${verification}\", \"packageVerificationCodeExcludedFiles\": [\"./${document}\"]}, \"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"Apache-2.0\", \"licenseInfoFromFiles\": [\"NOASSERTION\"], \"copyrightText\": \"NOASSERTION\"}${libraries}
],
\"files\": [
${files}
],
\"relationships\": [
${relations}
]
}
")
    file(CHMOD "${root}/${document}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# Sets `files`, `verification` (the sum of the files' sums) and adds to `relations`.
function(spdx_files root document)
    file(GLOB_RECURSE names RELATIVE "${root}" "${root}/*")
    list(REMOVE_ITEM names "${document}")
    list(SORT names)
    set(described "")
    set(sums "")
    set(number 0)
    foreach(name IN LISTS names)
        math(EXPR number "${number} + 1")
        file(SHA1 "${root}/${name}" sha1)
        file(SHA256 "${root}/${name}" sha256)
        list(APPEND sums "${sha1}")
        list(APPEND described "{\"SPDXID\": \"SPDXRef-File-${number}\", \"fileName\": \"./${name}\", \"checksums\": [{\"algorithm\": \"SHA1\", \"checksumValue\": \"${sha1}\"}, {\"algorithm\": \"SHA256\", \"checksumValue\": \"${sha256}\"}], \"licenseConcluded\": \"NOASSERTION\", \"licenseInfoInFiles\": [\"NOASSERTION\"], \"copyrightText\": \"NOASSERTION\"}")
        string(APPEND relations ",\n{\"spdxElementId\": \"SPDXRef-Package\", \"relationshipType\": \"CONTAINS\", \"relatedSpdxElement\": \"SPDXRef-File-${number}\"}")
    endforeach()
    list(SORT sums)
    string(JOIN "" sums ${sums})
    string(SHA1 verification "${sums}")
    string(JOIN ",\n" files ${described})
    set(files "${files}" PARENT_SCOPE)
    set(verification "${verification}" PARENT_SCOPE)
    set(relations "${relations}" PARENT_SCOPE)
endfunction()

# Sets `libraries`, and adds to `relations`.
function(spdx_libraries built_with)
    set(libraries "")
    foreach(library IN LISTS built_with)
        string(REPLACE "|" ";" library "${library}")
        list(GET library 0 name)
        list(GET library 1 version)
        list(GET library 2 licence)
        list(GET library 3 linked)
        if(version STREQUAL "")
            message(FATAL_ERROR "no version of ${name} was found")
        endif()
        string(REGEX REPLACE "[^A-Za-z0-9.]" "-" id "SPDXRef-Library-${name}")
        string(APPEND libraries ",\n{\"SPDXID\": \"${id}\", \"name\": \"${name}\", \"versionInfo\": \"${version}\", \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"${licence}\", \"licenseDeclared\": \"${licence}\", \"copyrightText\": \"NOASSERTION\"}")
        string(APPEND relations ",\n{\"spdxElementId\": \"SPDXRef-Package\", \"relationshipType\": \"${linked}_LINK\", \"relatedSpdxElement\": \"${id}\"}")
    endforeach()
    set(libraries "${libraries}" PARENT_SCOPE)
    set(relations "${relations}" PARENT_SCOPE)
endfunction()
