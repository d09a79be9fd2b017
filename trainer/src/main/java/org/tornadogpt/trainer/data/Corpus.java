package org.tornadogpt.trainer.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A text to train on.
 *
 * @param spec what finds it again from any folder: a built-in name, or an absolute path or glob
 * @param text all files one after the other; nothing added, and nothing changed but what {@code changed} tells
 * @param files how many files it was read from
 * @param skipped files and folders that were left out, each with the reason
 * @param changed what became of line ends and byte order marks, for the user; empty if nothing did
 */
public record Corpus(String spec, String text, int files, List<String> skipped, String changed) {
    public Corpus {
        skipped = List.copyOf(skipped);
        if (text.isEmpty()) {
            throw new DataException(spec + " holds no text");
        }
    }

    /** All but the text. */
    public Source source() {
        return new Source(spec, files, skipped, changed);
    }

    /** SHA-256 of the text as UTF-8: tells a resumed run whether its data are still the same. */
    public String sha256() {
        MessageDigest digest = newSha256();
        int chunk = 1 << 20;
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + chunk);
            if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
                to++;
            }
            digest.update(text.substring(from, to).getBytes(StandardCharsets.UTF_8));
            from = to;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
