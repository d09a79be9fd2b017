package org.tornadogpt.trainer.cli;

import java.nio.file.Path;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.ReadingListener;
import org.tornadogpt.trainer.data.TextRules;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Option;

/** Options that give a text to continue. */
final class PromptOptions {
    private static final String NOTHING = "";

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Text to continue; \\n is a new line, \\\\n a backslash and an n.")
    private String prompt;

    @Option(
            names = "--raw-prompt",
            arity = "0..1",
            fallbackValue = NOTHING,
            paramLabel = "TEXT",
            description = "The same, taken letter by letter: \\n is a backslash and an n. Alone, takes --prompt so.")
    private String raw;

    @Option(
            names = "--prompt-file",
            paramLabel = "FILE",
            description = "File or pipe whose text to continue, letter by letter; line ends are read as in training.")
    private Path file;

    /**
     * The text to continue, empty if none was given.
     *
     * @param run whose rules for line ends hold for a file, null for none
     * @throws UsageException if more than one was given
     */
    String text(Path run) {
        boolean rawAlone = raw != null && raw.equals(NOTHING);
        int given = (prompt == null ? 0 : 1) + (raw == null || rawAlone ? 0 : 1) + (file == null ? 0 : 1);
        if (given > 1 || (rawAlone && prompt == null)) {
            throw new UsageException(
                    given > 1
                            ? "give one of --prompt TEXT, --raw-prompt TEXT and --prompt-file FILE"
                            : "--raw-prompt needs a text, its own or that of --prompt");
        }
        if (file != null) {
            return read(run);
        }
        if (raw != null) {
            return rawAlone ? prompt : raw;
        }
        return prompt == null ? "" : SampleSettings.typed(prompt);
    }

    private String read(Path run) {
        TextRules rules = run == null
                ? TextRules.USUAL
                : TrainSettings.of(ConfigFile.read(run.resolve("config.yaml")).values())
                        .text();
        return new CorpusReader(rules, ReadingListener.NONE).readFile(file).text();
    }
}
