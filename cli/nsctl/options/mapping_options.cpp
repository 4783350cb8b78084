#include "options/mapping_options.h"

namespace natscreds::nsctl {

console::OptionList MappingChoice::options() {
    return {{"-f,--from", &from, "the subject that messages are sent to"},
            {"-t,--to", &to, "the subject that they go to"},
            {"--cluster", &cluster, "in this cluster alone"}};
}

bool MappingChoice::is_target(const jwt::WeightedMapping& target) const {
    return target.subject == to && target.cluster == cluster.value_or("");
}

std::string MappingChoice::text() const {
    return from + " -> " + to + (cluster ? " in cluster " + *cluster : "");
}

}  // namespace natscreds::nsctl
