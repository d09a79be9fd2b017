package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found so far: of each check the first, and how many more there are. */
final class Findings {
    private final Map<String, Finding> first = new LinkedHashMap<>();
    private final Map<String, Integer> more = new LinkedHashMap<>();

    void add(String check, String where, String what) {
        if (first.putIfAbsent(check, new Finding(check, where, what)) != null) {
            more.merge(check, 1, Integer::sum);
        }
    }

    List<Finding> list() {
        List<Finding> all = new ArrayList<>();
        first.forEach((check, finding) -> {
            int others = more.getOrDefault(check, 0);
            all.add(
                    others == 0
                            ? finding
                            : new Finding(
                                    check,
                                    finding.where(),
                                    finding.what() + "; the same check fails in " + others + " more cases"));
        });
        return all;
    }
}
