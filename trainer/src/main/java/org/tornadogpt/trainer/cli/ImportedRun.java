package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.Key;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.RunFolder;

/** A run's folder with a model that no training run here made. */
final class ImportedRun {
    private ImportedRun() {}

    /** @param origin one line, for {@code config.yaml} */
    static void save(RunFolder folder, Weights weights, Tokenizer tokenizer, String origin) throws IOException {
        Checkpoint.save(folder.last(), tokenizer, weights, Progress.start().toState(0));
        WholeFile.write(folder.tokenizer(), tokenizer.toJson().getBytes(StandardCharsets.UTF_8));
        Values values = values(weights.model().config(), folder);
        folder.writeConfig(new ConfigFile.Content(values, Map.of("origin", origin)));
        folder.keep();
    }

    /** Settings with which the run can be used and gone on with: all of the architecture, else what is usual. */
    private static Values values(ModelConfig config, RunFolder folder) throws IOException {
        JsonNode tree = new ObjectMapper().readTree(config.toJson());
        boolean rotary = config instanceof GptConfig gpt && gpt.positions() == GptConfig.Positions.ROTARY;
        Values values = new Values();
        values.set("preset", rotary ? "modern" : "kernel-cpu");
        values.set("block", String.valueOf(config.blockSize()));
        values.set("tokenizer", folder.tokenizer().toAbsolutePath().toString());
        List<String> names = Keys.all().stream().map(Key::name).toList();
        for (Map.Entry<String, JsonNode> setting : tree.properties()) {
            if (names.contains(setting.getKey())) {
                values.set(setting.getKey(), setting.getValue().asText());
            }
        }
        return TrainSettings.of(values).values();
    }
}
