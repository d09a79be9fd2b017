package org.tornadogpt.trainer.data;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/**
 * A folder and a pattern for what lies below it. {@code **} crosses folders, as in {@code src/**}{@code /*.java}; a
 * backslash makes the character after it an ordinary one.
 *
 * @param root absolute
 * @param pattern relative to it
 */
record Glob(Path root, String pattern) {
    private static final String WILDCARDS = "*?[{";
    private static final String SPECIAL = WILDCARDS + "]}\\";

    static boolean isGlob(String spec) {
        return firstWildcard(spec) < spec.length();
    }

    /** Cuts at the folder before the first wildcard. */
    static Glob of(String spec) {
        int rest = spec.lastIndexOf('/', firstWildcard(spec)) + 1;
        try {
            Path root = Path.of(unescape(spec.substring(0, rest)));
            return new Glob(root.toAbsolutePath().normalize(), spec.substring(rest));
        } catch (InvalidPathException e) {
            throw new DataException("malformed glob " + spec + ": " + e.getReason(), e);
        }
    }

    private static int firstWildcard(String spec) {
        int i = 0;
        while (i < spec.length() && WILDCARDS.indexOf(spec.charAt(i)) < 0) {
            i += spec.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, spec.length());
    }

    private static String unescape(String text) {
        return text.replaceAll("\\\\(.)", "$1");
    }

    /** The glob that finds the same files from any folder. */
    String spec() {
        StringBuilder text = new StringBuilder();
        for (char c : root.toString().toCharArray()) {
            text.append(SPECIAL.indexOf(c) < 0 ? "" : "\\").append(c);
        }
        return text + (text.toString().endsWith("/") ? "" : "/") + pattern;
    }

    /** How many folders deep files can lie that match. */
    int depth() {
        return pattern.contains("**")
                ? Integer.MAX_VALUE
                : 1 + (int) pattern.chars().filter(c -> c == '/').count();
    }

    /** For paths relative to the root. */
    PathMatcher matcher() {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException e) {
            throw new DataException("malformed glob " + pattern + ": " + e.getDescription(), e);
        }
    }
}
