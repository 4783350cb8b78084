#pragma once

namespace natscreds::base {

/// The cases of a std::visit, a lambda each: visit(Match{[](const A&) {}, [](const B&) {}}, variant).
template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

}  // namespace natscreds::base
