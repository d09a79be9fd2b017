package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Joins files into one text, within the limits, and hands it on in parts if there is somebody to take them. */
final class TextCollector {
    /** Longest string that every JVM allows. */
    private static final int LONGEST = Integer.MAX_VALUE - 64;

    private final String spec;
    private final TextRules rules;
    private final ReadingListener listener;
    private final TextSink sink;
    private final StringBuilder text = new StringBuilder();
    private final StrictUtf8 utf8 = new StrictUtf8();
    private final List<String> skipped = new ArrayList<>();
    private LineEnds.Changes changes = LineEnds.Changes.NONE;
    private long bytes;
    private long bytesOfFile;
    private int files;
    private int handedOnFrom = TextSink.PART;
    private boolean any;

    TextCollector(String spec, TextRules rules, ReadingListener listener) {
        this(spec, rules, listener, null);
    }

    /** @param sink takes the text; null for one that is held */
    TextCollector(String spec, TextRules rules, ReadingListener listener, TextSink sink) {
        this.sink = sink;
        this.spec = spec;
        this.rules = rules;
        this.listener = listener;
    }

    /** Adds a file that must be text. */
    void add(String name, InputStream in) throws IOException {
        Optional<String> problem = append(in, true);
        if (problem.isPresent()) {
            throw new DataException(name + " is not UTF-8 text: " + problem.get());
        }
    }

    /** Adds a file, or notes why it was left out: among many files some are pictures. */
    void addIfText(String name, InputStream in) throws IOException {
        append(in, false).ifPresent(problem -> leaveOut(name, "is not UTF-8 text: " + problem));
    }

    /** Notes what is not read, and why. A name may hold what would paint the terminal. */
    void leaveOut(String name, String reason) {
        skipped.add(name.replaceAll("\\p{Cc}", "?") + " " + reason);
    }

    /** Expects so many characters, so that memory is taken once. */
    void expect(long characters) {
        if (sink == null) {
            text.ensureCapacity((int) Math.min(characters + StrictUtf8.CHUNK, LONGEST));
        }
    }

    /** @param atOnce whether parts may be handed on before the file is known to be text as a whole */
    private Optional<String> append(InputStream in, boolean atOnce) throws IOException {
        int before = text.length();
        LineEnds ends = new LineEnds(text, rules.keepLineEndings());
        files++;
        Optional<String> problem = utf8.decode(in, ends, soFar -> {
            check(soFar);
            if (atOnce) {
                handOn();
            }
        });
        if (problem.isPresent()) {
            text.setLength(before);
            files--;
        } else {
            changes = changes.plus(ends.end());
            bytes += bytesOfFile;
            handOn();
        }
        return problem;
    }

    private void handOn() {
        if (sink == null || text.length() < handedOnFrom) {
            return;
        }
        String gathered = text.toString();
        int from = 0;
        while (gathered.length() - from >= TextSink.PART) {
            int cut = sink.cut(gathered, from + TextSink.PART);
            if (cut >= gathered.length()) {
                break;
            }
            sink.add(gathered.substring(from, cut));
            from = cut;
        }
        any |= from > 0;
        text.delete(0, from);
        handedOnFrom = Math.max(TextSink.PART, 2 * text.length());
    }

    private void check(long soFar) {
        bytesOfFile = soFar;
        listener.read(bytes + bytesOfFile, files);
        if (bytes + bytesOfFile > rules.maxBytes()) {
            throw tooLarge(spec, rules);
        }
        if (text.length() > LONGEST - StrictUtf8.CHUNK) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds more than %,d characters, too many for one text: pass a part of it",
                    spec,
                    LONGEST));
        }
    }

    static DataException tooLarge(String name, TextRules rules) {
        return new DataException(String.format(
                Locale.ROOT,
                "%s holds more than %,d MB of text: pass a part of it, or raise the limit with --set maxTextMegabytes=N",
                name,
                rules.maxMegabytes()));
    }

    /**
     * At the end.
     *
     * @param sought names what was looked for, in case there was none
     */
    TextCollector end(String sought) {
        if (text.isEmpty() && !any) {
            String reason = skipped.isEmpty() ? "" : "; " + skipped.size() + " left out, first: " + skipped.get(0);
            throw new DataException("found no text: no " + sought + reason);
        }
        if (sink != null && !text.isEmpty()) {
            sink.add(text.toString());
            text.setLength(0);
        }
        return this;
    }

    /** What was read. */
    Source source() {
        return new Source(spec, files, skipped, changes.describe());
    }

    /** What was read, if nobody took it. */
    Corpus corpus() {
        return new Corpus(spec, text.toString(), files, skipped, changes.describe());
    }
}
