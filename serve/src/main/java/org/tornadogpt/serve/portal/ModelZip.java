package org.tornadogpt.serve.portal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The files of one model in a zip that a visitor brings. They lie together in one of its folders; what else is there is
 * counted and left, pickles too. Nothing is written anywhere, so that names of entries can do no harm.
 */
final class ModelZip {
    /** Weights in one file or in several, the index of those, and what tells what they are. */
    private static final Pattern WANTED = Pattern.compile("config\\.json|tokenizer\\.json|state\\.json|"
            + "model(-\\d{5}-of-\\d{5})?\\.safetensors|model\\.safetensors\\.index\\.json");

    private static final int MOST_ENTRIES = 1_000;

    private ModelZip() {}

    /**
     * Unpacks in memory; what comes is counted as it comes.
     *
     * @param most bytes that all entries may unpack to
     * @return contents by name, without the folder; empty if there is no model
     * @throws IOException if it is no zip, damaged, or too much
     */
    static Map<String, byte[]> read(int most, byte... zip) throws IOException {
        Map<String, Map<String, byte[]>> folders = new LinkedHashMap<>();
        long left = most;
        int entries = 0;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (++entries > MOST_ENTRIES) {
                    throw new IOException("the zip has more than " + MOST_ENTRIES + " entries");
                }
                byte[] bytes = in.readNBytes((int) left + 1);
                left -= bytes.length;
                if (left < 0) {
                    throw new IOException("the zip unpacks to more than the " + (most >> 20) + " MB that are taken");
                }
                int slash = entry.getName().lastIndexOf('/');
                String file = entry.getName().substring(slash + 1);
                if (WANTED.matcher(file).matches()) {
                    folders.computeIfAbsent(entry.getName().substring(0, slash + 1), f -> new HashMap<>())
                            .put(file, bytes);
                }
            }
        }
        if (entries == 0) {
            throw new IOException("that is no zip, or an empty one");
        }
        return best(folders);
    }

    /** A run's folder has two checkpoints: the best is the one to write with. Else what lies nearest to the top. */
    private static Map<String, byte[]> best(Map<String, Map<String, byte[]>> folders) {
        return folders.entrySet().stream()
                .min(Comparator.comparing((Map.Entry<String, Map<String, byte[]>> folder) ->
                                folder.getValue().keySet().stream().noneMatch(name -> name.startsWith("model")))
                        .thenComparing(folder -> !folder.getKey().endsWith("best/"))
                        .thenComparingLong(folder ->
                                folder.getKey().chars().filter(c -> c == '/').count()))
                .map(Map.Entry::getValue)
                .orElse(Map.of());
    }
}
