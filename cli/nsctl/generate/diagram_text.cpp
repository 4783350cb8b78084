#include <map>

#include "generate/diagram.h"

namespace natscreds::nsctl {
namespace {

/// Names, for they may hold anything, without what ends a text in any of the formats.
std::string quoted(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        const bool ends = c == '"' || c == '\\';
        safe += ends ? '\'' : (static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    return '"' + safe + '"';
}

std::string plantuml_node(const DiagramNode& node) {
    const std::string kind = " << " + std::string(node.found ? "" : "not-found ") + node.kind + " >>";
    const bool interface_kind = node.kind.ends_with("service") || node.kind.ends_with("stream");
    std::string text;
    if (interface_kind) {
        text = "interface " + quoted(node.name) + kind + " as " + node.id + "\n";
    } else if (node.lines.empty()) {
        text = "component " + quoted(node.name) + " as " + node.id + kind + "\n";
    } else {
        text = "object " + quoted(node.name) + " as " + node.id + kind + " {\n";
        for (const std::string& line : node.lines)
            text += line + "\n";
        text += "}\n";
    }
    if (!node.note.empty()) text += "note right of " + node.id + "\n" + node.note + "\nend note\n";
    return text;
}

std::string plantuml(const Diagram& diagram) {
    std::string text = "@startuml\ntitle " + diagram.title + "\n";
    for (const DiagramNode& node : diagram.nodes)
        text += plantuml_node(node);
    for (const DiagramEdge& edge : diagram.edges)
        text += edge.from + (edge.dashed ? " ..> " : " -- ") + edge.to + " : " + quoted(edge.label) + "\n";
    return text + "footer " + diagram.footer + "\n@enduml\n";
}

/// A label of several lines; `separator` is what the format ends one with.
std::string label_of(const DiagramNode& node, const std::string& separator) {
    std::string text = node.name + separator + (node.found ? "" : "not found: ") + node.kind;
    for (const std::string& line : node.lines)
        text += separator + line;
    return node.note.empty() ? text : text + separator + node.note;
}

/// In Mermaid and Graphviz identifiers are plain words.
std::map<std::string, std::string> plain_ids(const Diagram& diagram) {
    std::map<std::string, std::string> ids;
    for (const DiagramNode& node : diagram.nodes)
        ids.emplace(node.id, "n" + std::to_string(ids.size()));
    return ids;
}

std::string id_of(const std::map<std::string, std::string>& ids, const std::string& id) {
    const auto found = ids.find(id);
    return found == ids.end() ? "unknown" : found->second;
}

std::string mermaid(const Diagram& diagram) {
    const auto ids = plain_ids(diagram);
    std::string text = "---\ntitle: " + quoted(diagram.title) + "\n---\nflowchart LR\n";
    for (const DiagramNode& node : diagram.nodes)
        text += "    " + id_of(ids, node.id) + "[" + quoted(label_of(node, "<br/>")) + "]\n";
    for (const DiagramEdge& edge : diagram.edges) {
        text += "    " + id_of(ids, edge.from) + (edge.dashed ? " -. " : " -- ") + quoted(edge.label) +
                (edge.dashed ? " .-> " : " --- ") + id_of(ids, edge.to) + "\n";
    }
    return text;
}

std::string dot(const Diagram& diagram) {
    const auto ids = plain_ids(diagram);
    std::string text = "digraph nats {\n  rankdir=LR; label=" + quoted(diagram.title) + ";\n";
    for (const DiagramNode& node : diagram.nodes) {
        std::string label = quoted(label_of(node, "\n"));
        text += "  " + id_of(ids, node.id) + " [shape=box, label=" + label + "];\n";
    }
    for (const DiagramEdge& edge : diagram.edges) {
        text += "  " + id_of(ids, edge.from) + " -> " + id_of(ids, edge.to) +
                " [label=" + quoted(edge.label) + (edge.dashed ? ", style=dashed" : ", dir=none") + "];\n";
    }
    return text + "}\n";
}

}  // namespace

std::string drawn(const Diagram& diagram, DiagramFormat format) {
    if (format == DiagramFormat::mermaid) return mermaid(diagram);
    return format == DiagramFormat::dot ? dot(diagram) : plantuml(diagram);
}

}  // namespace natscreds::nsctl
