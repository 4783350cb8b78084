#pragma once

#include <map>
#include <string>

namespace natscreds::jwt {

/// Fields of a JSON object that this version does not know, by name, each as JSON text: they are kept, and
/// written again behind the known ones, so that an edit by an older program loses nothing.
using Extra = std::map<std::string, std::string>;

}  // namespace natscreds::jwt
