package org.tornadogpt.trainer.data;

import java.util.ArrayList;
import java.util.List;

/** Joins files into one corpus. */
final class TextCollector {
    private final String spec;
    private final StringBuilder text = new StringBuilder();
    private final List<String> skipped = new ArrayList<>();
    private int files;

    TextCollector(String spec) {
        this.spec = spec;
    }

    /** Adds a file that must be text. */
    void add(String name, byte[] bytes) {
        append(StrictUtf8.decode(name, bytes));
    }

    /** Adds a file, or notes why it was left out: among many files some are pictures. */
    void addIfText(String name, byte[] bytes) {
        try {
            append(StrictUtf8.decode(name, bytes));
        } catch (DataException e) {
            skipped.add(e.getMessage());
        }
    }

    private void append(String part) {
        if ((long) text.length() + part.length() > Integer.MAX_VALUE - 64) {
            throw new DataException(
                    spec + " holds more than " + (Integer.MAX_VALUE - 64) + " characters, too many for one text");
        }
        text.append(part);
        files++;
    }

    /** @param sought names what was looked for, in case there was none */
    Corpus corpus(String sought) {
        if (text.isEmpty()) {
            String reason = skipped.isEmpty() ? "" : "; " + skipped.size() + " left out, first: " + skipped.get(0);
            throw new DataException("found no text: no " + sought + reason);
        }
        return new Corpus(spec, text.toString(), files, skipped);
    }
}
