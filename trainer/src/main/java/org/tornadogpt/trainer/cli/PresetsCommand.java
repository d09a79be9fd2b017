package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.trainer.settings.Key;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.TrainingPreset;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt presets}. */
@Command(
        name = "presets",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists presets, the values of one, or all keys that can be set.")
final class PresetsCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Shows all values of this preset.")
    private String name;

    @Option(names = "--keys", description = "Explains every key of --set and configuration files.")
    private boolean keys;

    PresetsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (keys) {
            keyTable(Keys.all()).forEach(io.out()::println);
        } else if (name != null) {
            show(TrainingPreset.find(name));
        } else {
            TrainingPreset.all().forEach(this::line);
        }
        return ExitCode.OK;
    }

    private void line(TrainingPreset preset) {
        ModelConfig config = Presets.find(preset.architecture());
        io.out()
                .printf(
                        "%-18s %,12d parameters with a vocabulary of %-4d %s%n",
                        preset.name(),
                        (long) config.model().parameters().size(),
                        config.vocabularySize(),
                        preset.about());
    }

    private void show(TrainingPreset preset) {
        Values values = TrainSettings.of(preset.values()).values();
        String group = "";
        for (Key key : Keys.all()) {
            Optional<String> value = values.get(key.name());
            if (value.isPresent()) {
                if (!key.group().equals(group)) {
                    group = key.group();
                    io.out().println(group);
                }
                io.out().printf("  %-20s %-12s %s%n", key.name(), value.get(), key.about());
            }
        }
    }

    /** One line for each key under the headings of their groups. */
    static List<String> keyTable(List<Key> keys) {
        List<String> lines = new ArrayList<>();
        String group = "";
        for (Key key : keys) {
            if (!key.group().equals(group)) {
                group = key.group();
                lines.add(group);
            }
            String usual = key.usual().isEmpty() ? "" : " [" + key.usual() + "]";
            lines.add(String.format("  %-20s %s%s", key.name(), key.about(), usual));
        }
        return lines;
    }
}
