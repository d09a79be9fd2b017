package org.tornadogpt.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** The default corpus: {@code java.util} and its subpackages from the JDK's own {@code src.zip}. Needs no download. */
final class JdkSources {
    private static final String PREFIX = "java.base/java/util/";

    private JdkSources() {}

    static TextCollector read(Path javaHome, TextRules rules, ReadingListener listener, TextSink sink) {
        Path zip = javaHome.resolve("lib").resolve("src.zip");
        if (!Files.isReadable(zip)) {
            throw new DataException(
                    "this JDK (" + javaHome + ") has no readable lib/src.zip: pass a text of your own with --data FILE"
                            + ", or install the JDK's source package");
        }
        return new ZippedTexts(zip, rules, listener, sink)
                .read(CorpusReader.JDK, name -> name.startsWith(PREFIX) && name.endsWith(".java"), PREFIX + "**.java");
    }
}
