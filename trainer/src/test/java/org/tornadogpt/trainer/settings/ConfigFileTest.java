package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.trainer.data.TextRules;

class ConfigFileTest {
    @TempDir
    private Path folder;

    private ConfigFile.Content read(String text) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("config.yaml"), text));
    }

    private static String written(String key, String value) {
        Values values = new Values();
        values.set(key, value);
        return ConfigFile.write(new ConfigFile.Content(values, Map.of("fact", value)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "007",
                "1.50",
                "0x41",
                "1_000",
                "0b11",
                "1e3",
                "+1",
                "-0",
                ".5",
                "12:30:45",
                "2026-11-27",
                "true",
                "True",
                "NO",
                "off",
                "y",
                "null",
                "~",
                "Null",
                ".inf",
                ".NaN",
                "NaN",
                "<<",
                "=",
                "&a",
                "*a",
                "!x",
                "@Override",
                "`x`",
                "%x",
                "- x",
                "? x",
                ": x",
                "a: b",
                "a #b",
                "#",
                "{",
                "[1]",
                "\"q\"",
                "'q'",
                "|",
                ">",
                " x ",
                "\\n",
                "\\\\n",
                "\t",
                "\n",
                "\r\n",
                "\u0085",
                "\u2028",
                "\uFEFF",
                "\u007F",
                "\u0001",
                "é",
                "日本",
                "\uD83D\uDE00"
            })
    void everyTextSurvives(String text) throws IOException {
        for (String key : new String[] {"samplePrompt", "data"}) {
            ConfigFile.Content content = read(written(key, text));
            assertThat(content.values().get(key)).contains(text);
            assertThat(content.facts()).containsEntry("fact", text);
        }
    }

    @Property(tries = 300)
    void anyTextSurvives(@ForAll @StringLength(min = 1, max = 20) String text) throws IOException {
        Path file = Files.createTempFile("config", ".yaml");
        try {
            Files.write(file, written("samplePrompt", text).getBytes(StandardCharsets.UTF_8));
            assertThat(ConfigFile.read(file).values().get("samplePrompt")).contains(text);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void numbersStayPlainAndTextsThatLookLikeThemAreQuoted() {
        assertThat(written("steps", "3000")).contains("steps: 3000 ");
        assertThat(written("learningRate", "3.0E-4")).contains("learningRate: 3.0E-4 ");
        assertThat(written("qkvBias", "false")).contains("qkvBias: false ");
        assertThat(written("samplePrompt", "007")).contains("samplePrompt: \"007\" ");
        assertThat(written("samplePrompt", "null")).contains("samplePrompt: \"null\" ");
        assertThat(written("samplePrompt", "plain")).contains("samplePrompt: plain ");
    }

    @ParameterizedTest
    @CsvSource({"007", "1.50", "0x41", "1_000", "true", "null", "~", "2026-11-27"})
    void whatSomebodyWroteWithoutQuotesIsTakenLetterByLetter(String text) throws IOException {
        assertThat(read("samplePrompt: " + text + "\nsteps: 1_000\n").values().get("samplePrompt"))
                .contains(text);
        assertThat(TrainSettings.of(read("steps: 1_000\n").values()).steps()).isEqualTo(1000);
        assertThat(TrainSettings.of(read("keepLineEndings: True\n").values())
                        .text()
                        .keepLineEndings())
                .isTrue();
    }

    @Test
    void aNewLineAndABackslashBeforeAnNCanBothBeTyped() {
        assertThat(SampleSettings.typed("a\\nb\\\\nc\\d\\\\e")).isEqualTo("a\nb\\nc\\d\\\\e");
    }

    /** As the version before keepLineEndings wrote it. */
    private static String before(String data) {
        return """
                # Repeat this run: tgpt train --config THIS_FILE

                # run
                preset: kernel-cpu               # where all other values start from: see 'tgpt presets'
                data: %s                         # jdk, quote, a fetched corpus, or a file, folder, glob or zip
                steps: 3000                      # when to stop; changes nothing about the steps before
                samplePrompt: "\\\\n"              # text the sample continues; \\n is a new line

                facts:
                  characters: 39
                  dataSha256: c5f0dbc1f0d2c4ec34bc7d0bd2b3ac3a0ec3b6c3bd2ad4f2ec0ae6a3a2e0b5e7
                """.formatted(data);
    }

    @Test
    void aRunMadeBeforeKeepsItsLineEnds() throws IOException {
        TextRules rules =
                TrainSettings.of(read(before("/texts/a.txt")).values()).text();
        assertThat(rules.keepLineEndings()).isTrue();
        assertThat(rules.hiddenFiles()).isFalse();
        assertThat(TrainSettings.of(read(before("/texts/a.zip")).values())
                        .text()
                        .hiddenFiles())
                .as("zips were read with their hidden files")
                .isTrue();
        assertThat(TrainSettings.of(read(before("/texts/a.txt")).values())
                        .sample()
                        .prompt())
                .isEqualTo("\n");
    }

    @Test
    void aNewRunDoesNotWhateverItsConfigurationIsMadeOf() throws IOException {
        assertThat(TrainSettings.of(read("steps: 7\n").values()).text()).isEqualTo(TextRules.USUAL);
        Values all = TrainSettings.of(new Values()).values();
        String text = ConfigFile.write(new ConfigFile.Content(all, Map.of("characters", "39")));
        assertThat(TrainSettings.of(read(text).values()).text()).isEqualTo(TextRules.USUAL);
    }

    @ParameterizedTest
    @CsvSource({
        "keepLineEndings=yes, true or false",
        "maxFiles=0, positive",
        "maxTextMegabytes=-1, positive",
        "maxZipRatio=x, whole number"
    })
    void rulesThatCannotBe(String pair, String message) {
        Values values = new Values();
        values.setPair(pair);
        assertThatThrownBy(() -> TrainSettings.of(values))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(pair.substring(0, pair.indexOf('=')), message);
    }

    @Test
    void filesWithoutEndAreNoConfiguration() throws IOException {
        assertThatThrownBy(() -> ConfigFile.read(Path.of("/dev/zero")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("/dev/zero is a device");
        Path large = Files.writeString(folder.resolve("large"), "#".repeat(2_000_000));
        assertThatThrownBy(() -> ConfigFile.read(large))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no configuration file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"facts: 5", "kernels: [a]", "steps: 1\n--- \nsteps: 2", "facts:\n  a: [1]"})
    void otherShapesAreUsageErrors(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(UsageException.class);
    }
}
