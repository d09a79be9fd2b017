package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Presets;

class TrainSettingsTest {
    @TempDir
    private Path folder;

    private static Values values(String... pairs) {
        Values values = new Values();
        Arrays.stream(pairs).forEach(values::setPair);
        return values;
    }

    static List<String> presets() {
        return TrainingPreset.names();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyPresetIsCompleteAndComesBackFromItsConfigFile(String name) throws IOException {
        TrainSettings settings = TrainSettings.of(values("preset=" + name));
        assertThat(settings.preset()).isEqualTo(name);
        Values all = settings.values();
        if (settings.model() instanceof GptConfig) {
            assertThat(all.keys()).containsExactlyInAnyOrderElementsOf(Keys.names());
        }
        Path file = folder.resolve("config.yaml");
        Files.writeString(file, ConfigFile.write(new ConfigFile.Content(all, Map.of("when", "2026: \"now\""))));
        ConfigFile.Content content = ConfigFile.read(file);
        assertThat(TrainSettings.of(content.values())).isEqualTo(settings);
        assertThat(content.facts()).containsExactly(Map.entry("when", "2026: \"now\""));
    }

    @Test
    void everyArchitectureHasAPresetThatTrainsIt() {
        assertThat(TrainingPreset.all())
                .extracting(TrainingPreset::architecture)
                .containsAll(Presets.names());
        assertThat(TrainingPreset.names()).contains(TrainingPreset.DEFAULT);
    }

    @Test
    void theModelKeysAreThoseOfTheConfiguration() {
        List<String> components = Arrays.stream(GptConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .filter(name -> !name.equals("vocabularySize") && !name.equals("blockSize"))
                .toList();
        assertThat(ModelKeys.keys()).extracting(Key::name).containsExactlyInAnyOrderElementsOf(components);
    }

    @Test
    void presetThenFileThenFlags() throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"), "steps: 7\nlearningRate: 3e-5\nseed: 9\nkernels:\n  matmul: naive\n");
        Values given = ConfigFile.read(file).values();
        given.putAll(values("preset=kernel-cpu", "seed=10"));
        TrainSettings settings = TrainSettings.of(given);
        assertThat(settings.steps()).isEqualTo(7);
        assertThat(settings.schedule().learningRate()).isEqualTo(3e-5);
        assertThat(settings.seed()).isEqualTo(10);
        assertThat(settings.batches().batch()).isEqualTo(16);
        assertThat(settings.kernels()).containsExactly(Map.entry("matmul", "naive"));
    }

    @Test
    void modelKeysReachTheArchitecture() {
        GptConfig config = (GptConfig) TrainSettings.of(
                        values("preset=kernel-cpu", "channels=64", "heads=2", "dropout=0.1", "block=16", "layers=1"))
                .model();
        assertThat(config.channels()).isEqualTo(64);
        assertThat(config.mlpHidden()).isEqualTo(256);
        assertThat(config.kvHeads()).isEqualTo(2);
        assertThat(config.dropout()).isEqualTo(0.1f);
        assertThat(config.blockSize()).isEqualTo(16);
    }

    @Test
    void decayEndsAtTheLastStepUnlessSaid() {
        assertThat(TrainSettings.of(values("preset=kernel-cpu", "schedule=cosine", "steps=77"))
                        .schedule()
                        .decaySteps())
                .isEqualTo(77);
    }

    @ParameterizedTest
    @CsvSource({
        "jdk, 1000, 1000, 50",
        "jdk, 3000, 3000, 50",
        "jdk, 500, 500, 50",
        "jdk, 120, 120, 12",
        "jdk, 20, 20, 2",
        "jdk, 5, 5, 0",
        "shakespeare-tied, 700, 700, 70",
        "quote, 7, 7, 0",
    })
    void decayFollowsTheStepsAndAPresetsWarmupIsCutToATenthOfThem(String preset, int steps, int decay, int warmup) {
        Values given = values("preset=" + preset, "steps=" + steps);
        TrainSettings settings = TrainSettings.of(given);
        assertThat(settings.schedule().decaySteps()).isEqualTo(decay);
        assertThat(settings.schedule().warmupSteps()).isEqualTo(warmup);
        int usual = TrainSettings.of(values("preset=" + preset)).schedule().warmupSteps();
        assertThat(settings.remarks(given))
                .hasSize(warmup == usual ? 0 : 1)
                .allSatisfy(
                        remark -> assertThat(remark).contains("warm-up of " + usual + " steps is cut to " + warmup));
    }

    @Test
    void whatTheUserSetOfTheScheduleStays() {
        ScheduleSettings start =
                TrainSettings.of(values("steps=200", "decaySteps=1000")).schedule();
        assertThat(start.decaySteps()).isEqualTo(1000);
        assertThat(start.warmupSteps()).isEqualTo(50);
        assertThat(TrainSettings.of(values("steps=200", "warmupSteps=40"))
                        .schedule()
                        .warmupSteps())
                .isEqualTo(40);
        assertThat(TrainSettings.of(values("steps=20", "decaySteps=20"))
                        .schedule()
                        .warmupSteps())
                .isEqualTo(2);
        assertThat(TrainSettings.of(values("steps=200", "decaySteps=0"))
                        .schedule()
                        .decaySteps())
                .isEqualTo(200);
        assertThatThrownBy(() -> TrainSettings.of(values("steps=20", "warmupSteps=50")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("decaySteps must be more than warmupSteps 50");
    }

    /**
     * A configuration of the time before checkpointMinutes: keys that are added later have their usual values in it.
     */
    @Test
    void aConfigurationFromBeforeAKeyWasAddedCanBeUsed() throws IOException, URISyntaxException {
        Path file = Path.of(TrainSettingsTest.class
                .getResource("config-before-checkpoint-minutes.yaml")
                .toURI());
        ConfigFile.Content stored = ConfigFile.read(file);
        assertThat(stored.values().get("checkpointMinutes")).isEmpty();
        TrainSettings settings = TrainSettings.of(stored.values());
        assertThat(settings.evaluation().checkpointMinutes()).isEqualTo(5);
        assertThat(settings.schedule().decaySteps()).isEqualTo(1000);
        assertThat(settings.schedule().warmupSteps()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stepz=5|did you mean steps?",
                "lr=1e-3|did you mean learningRate?",
                "n_layer=5|did you mean layers?",
                "zzzzzzzz=5|the nearest are ",
                "steps|key=value",
                "steps=|key=value",
                "steps=ten|steps must be a whole number, got 'ten'",
                "steps=0|steps must be positive",
                "steps=1.5|steps must be a whole number",
                "learningRate=fast|learningRate must be a number",
                "learningRate=NaN|learningRate must be a number",
                "learningRate=-1|learningRate must be positive",
                "beta2=1|beta2 must be in [0, 1)",
                "clip=-1|clip must be zero or more",
                "checkpointMinutes=-1|checkpointMinutes must be zero or more",
                "channels=27000|a model of 35",
                "schedule=linear|constant or cosine",
                "validation=1|validation must be in [0, 1)",
                "batch=0|batch must be positive",
                "threads=-1|threads must be zero or more",
                "heads=3|heads",
                "dropout=1|dropout",
                "activation=tanh|activation",
                "preset=qoute|did you mean quote?",
            })
    void mistakesAreUsageErrorsThatNameTheKey(String pair, String message) {
        assertThatThrownBy(() -> TrainSettings.of(values(pair)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "steps: [1,unknown",
        "'[1, 2]',key: value",
        "'steps: [1, 2]',steps",
        "nonsense: 5,unknown key 'nonsense'",
        "'a: b: c',YAML"
    })
    void brokenConfigFilesAreUsageErrors(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), text);
        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message.equals("unknown") ? "c.yaml" : message);
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.yaml"))).isInstanceOf(UsageException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,100,10", "5,100,10", "10,100,9", "95,105,2", "100,100,0", "0,5,1"})
    void countsTheEvaluationsToCome(long step, long steps, long expected) {
        EvaluationSettings evaluation = new EvaluationSettings(10, 1, 0, 0, 5, 1);
        assertThat(evaluation.remaining(step, steps)).isEqualTo(expected);
        long counted = 0;
        for (long s = step + 1; s <= steps; s++) {
            counted += evaluation.isDue(s, steps) ? 1 : 0;
        }
        assertThat(counted).isEqualTo(expected);
    }
}
