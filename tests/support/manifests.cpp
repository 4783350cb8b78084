#include <support/manifests.h>

#include <support/programs.h>

namespace natscreds::support {

Outcome check_manifests(const std::vector<std::string>& files) {
    const std::string root = source_root();
    std::vector<std::string> words{"/usr/bin/env", "node",
                                   root + "/tests/kubernetes/schemas/check-manifests.mjs",
                                   root + "/.deps/kubernetes-models"};
    words.insert(words.end(), files.begin(), files.end());
    return run({.argv = words});
}

}  // namespace natscreds::support
