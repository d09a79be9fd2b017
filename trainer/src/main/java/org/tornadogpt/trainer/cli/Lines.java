package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;

/** Breaking lines between words. */
final class Lines {
    private Lines() {}

    /**
     * The text in lines of at most {@code width} characters. A word that is longer has a line of its own.
     *
     * @param indent spaces before every line but the first
     */
    static List<String> broken(String text, int width, int indent) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        String before = "";
        while (before.length() + rest.length() > width) {
            int from = leading(rest);
            int at = rest.lastIndexOf(' ', width - before.length());
            if (at <= from) {
                at = rest.indexOf(' ', from);
            }
            if (at < 0) {
                break;
            }
            lines.add(before + rest.substring(0, at).stripTrailing());
            rest = rest.substring(at).stripLeading();
            before = " ".repeat(indent);
        }
        lines.add(before + rest);
        return lines;
    }

    /** A label and its text, of which further lines begin below the first. */
    static List<String> labelled(String label, int width, String text, Screen screen) {
        return broken(
                label + " ".repeat(Math.max(1, width - label.length())) + text,
                screen.out().columns(),
                width);
    }

    private static int leading(String text) {
        return text.length() - text.stripLeading().length();
    }
}
