package org.tornadogpt.kernels.graph;

import java.util.List;

/** A recorded program: its nodes in the order in which they run. */
public record NodeList(String name, List<Node> nodes) {
    public NodeList {
        nodes = List.copyOf(nodes);
    }
}
