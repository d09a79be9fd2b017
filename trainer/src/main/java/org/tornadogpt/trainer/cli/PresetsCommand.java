package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.trainer.settings.Key;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.Numbers;
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
            keyTable(Keys.all(), io.screen().out().columns()).forEach(io.out()::println);
        } else if (name != null) {
            show(TrainingPreset.find(name));
        } else {
            list();
        }
        return ExitCode.OK;
    }

    private void list() {
        Table table = new Table("lrrb").row("preset", "parameters", "of vocabulary", "about");
        for (TrainingPreset preset : TrainingPreset.all()) {
            ModelConfig config = Presets.find(preset.architecture());
            table.row(
                    preset.name(),
                    String.format(Locale.ROOT, "%,d", (long)
                            config.model().parameters().size()),
                    config.vocabularySize(),
                    preset.about());
        }
        table.print(io);
    }

    private void show(TrainingPreset preset) {
        Values values = TrainSettings.of(preset.values()).values();
        Table table = new Table("llb");
        String group = "";
        for (Key key : Keys.all()) {
            Optional<String> value = values.get(key.name());
            if (value.isPresent()) {
                group = heading(table, group, key);
                table.row("  " + key.name(), Numbers.shortened(value.get()), key.explained());
            }
        }
        table.print(io);
    }

    /** Lines for each key under the headings of their groups. */
    static List<String> keyTable(List<Key> keys, int columns) {
        Table table = new Table("lb");
        String group = "";
        for (Key key : keys) {
            group = heading(table, group, key);
            table.row("  " + key.name(), key.explained() + (key.usual().isEmpty() ? "" : " [" + key.usual() + "]"));
        }
        return table.lines(columns);
    }

    private static String heading(Table table, String group, Key key) {
        if (!key.group().equals(group)) {
            table.heading(key.group());
        }
        return key.group();
    }
}
