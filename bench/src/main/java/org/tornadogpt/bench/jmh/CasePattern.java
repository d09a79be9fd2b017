package org.tornadogpt.bench.jmh;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tornadogpt.trainer.settings.UsageException;

/** Which cases were asked for. */
final class CasePattern {
    private CasePattern() {}

    /**
     * The cases in whose names the regular expression is found.
     *
     * @throws UsageException if it is no regular expression or nothing matches
     */
    static List<BenchCase> select(List<BenchCase> cases, String pattern) {
        Pattern compiled;
        try {
            compiled = Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    "'" + pattern + "' is not a regular expression: " + e.getDescription() + " near index "
                            + e.getIndex(),
                    e);
        }
        List<BenchCase> selected =
                cases.stream().filter(c -> compiled.matcher(c.name()).find()).toList();
        if (selected.isEmpty()) {
            throw new UsageException("no benchmark matches '" + pattern + "'; names look like "
                    + cases.get(0).name() + ", and 'tgpt bench --list' shows all " + cases.size());
        }
        return selected;
    }
}
