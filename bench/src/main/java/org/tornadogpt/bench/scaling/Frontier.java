package org.tornadogpt.bench.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which points nothing beats: no other has a lower loss for as much compute or less. */
final class Frontier {
    private Frontier() {}

    static List<PointResult> of(List<PointResult> points) {
        List<PointResult> byCompute = new ArrayList<>(points);
        byCompute.sort(Comparator.comparingDouble(PointResult::compute).thenComparingDouble(PointResult::loss));
        List<PointResult> frontier = new ArrayList<>();
        for (PointResult point : byCompute) {
            if (frontier.isEmpty() || point.loss() < frontier.getLast().loss()) {
                frontier.add(point);
            }
        }
        return frontier;
    }
}
