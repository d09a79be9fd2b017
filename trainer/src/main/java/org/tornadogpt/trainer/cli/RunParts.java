package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.RunFolder;

/**
 * What a training run is made of.
 *
 * @param settings with the text and the device as they were found
 */
record RunParts(TrainSettings settings, RunFolder folder, KernelChoices kernels, Texts texts, RanksUse ranks) {
    /** The fact by which a resumed run knows its text. */
    static final String DATA_SUM = "dataSha256";

    static RunParts of(TrainSettings asked, RunFolder folder, KernelChoices kernels, Texts texts, RanksUse ranks) {
        return new RunParts(
                asked.found(texts.source().spec(), texts.tokenizerName(), kernels.device()),
                folder,
                kernels,
                texts,
                ranks);
    }

    /**
     * The model for the text's vocabulary.
     *
     * @throws UsageException if no array can hold it
     */
    LanguageModel model() {
        try {
            return settings.model()
                    .withVocabulary(texts.tokenizer().vocabularySize())
                    .model();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** Takes memory and builds the programs; see {@link Sessions}. */
    TrainingSession session(LanguageModel model) {
        return Sessions.training(
                model,
                kernels,
                settings.batches().batch(),
                ranks.microSteps(settings),
                ranks.ranks().reducer(ranks.exchange(), model.parameters().size()),
                settings.adapters(),
                settings.updates());
    }

    void writeConfig(LanguageModel model) throws IOException {
        folder.writeConfig(new ConfigFile.Content(settings.values(), facts(model)));
        if (!isOfCharacters() && !Files.exists(folder.tokenizer())) {
            WholeFile.write(folder.tokenizer(), texts.tokenizer().toJson().getBytes(StandardCharsets.UTF_8));
        }
    }

    private boolean isOfCharacters() {
        return settings.tokenizer().equals(Tokenizers.CHAR);
    }

    private Map<String, String> facts(LanguageModel model) {
        Map<String, String> facts = new TreeMap<>();
        facts.put(DATA_SUM, texts.sha256());
        facts.put(
                isOfCharacters() ? "characters" : "tokens",
                String.valueOf(texts.split().training().tokens().length()));
        facts.put("vocabulary", String.valueOf(model.vocabularySize()));
        facts.put("parameters", String.valueOf(model.parameters().size()));
        facts.put("device", kernels.device().description());
        facts.put("kernels", kernels.names().toString());
        facts.put("program", Version.text());
        facts.put("jvm", Version.jvm());
        if (ranks.ranks().size() > 1) {
            facts.put("ranks", String.valueOf(ranks.ranks().size()));
            facts.put("exchange", ranks.exchange().toString());
        }
        return facts;
    }
}
