#pragma once

#include <string>
#include <vector>

#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// A box of a diagram, with what stands in it and below it.
struct DiagramNode {
    std::string id;  ///< a public key, or made of one
    std::string name;
    std::string kind;                     ///< "account", "public service"
    std::vector<std::string> lines = {};  ///< "Max Payload = 1024"
    std::string note = {};
    bool found = true;  ///< an export that nobody has is not
};

struct DiagramEdge {
    std::string from;
    std::string to;
    std::string label;
    bool dashed = false;
};

/// Boxes and the lines between them, drawn by others.
struct Diagram {
    std::string title;
    std::vector<DiagramNode> nodes = {};
    std::vector<DiagramEdge> edges = {};
    std::string footer = {};
};

/// What draws it: PlantUML as nsc has it, Mermaid, or Graphviz.
enum class DiagramFormat { plantuml, mermaid, dot };

[[nodiscard]] std::string drawn(const Diagram& diagram, DiagramFormat format);

}  // namespace natscreds::nsctl
