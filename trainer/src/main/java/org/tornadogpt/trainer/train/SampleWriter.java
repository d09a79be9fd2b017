package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.util.List;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.metrics.SamplesFile;
import org.tornadogpt.trainer.settings.SampleSettings;

/**
 * Has the model write a text every so many steps, always with the same prompt and seed, so that one can read how its
 * texts grow. Training does not depend on it, and goes on without it where the file cannot be written.
 */
final class SampleWriter {
    private final RunFolder folder;
    private final TrainingSession session;
    private final Tokenizer tokenizer;
    private final SampleSettings settings;
    private final long seed;
    private final ProgressDisplay display;
    private InferenceSession inference;
    private boolean complained;

    SampleWriter(
            RunFolder folder,
            TrainingSession session,
            Tokenizer tokenizer,
            SampleSettings settings,
            long seed,
            ProgressDisplay display) {
        this.folder = folder;
        this.session = session;
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.seed = seed;
        this.display = display;
    }

    /** Writes the text after {@code step} updates if there is to be one and there is none yet. */
    void writeIfDue(long step) {
        if (!settings.isDue(step) || !folder.isOurs()) {
            return;
        }
        try {
            List<SamplesFile.Sample> before = SamplesFile.read(folder.samples());
            if (before.stream().noneMatch(s -> s.step() == step)) {
                SamplesFile.add(folder.samples(), sample(step));
            }
        } catch (IOException e) {
            if (!complained) {
                display.warning(
                        folder.samples() + ": it cannot be written: " + Reasons.of(e) + "; the training goes on");
            }
            complained = true;
        }
    }

    private SamplesFile.Sample sample(long step) {
        if (inference == null) {
            inference =
                    new InferenceSession(session.averages(), session.workspace().kernels(), true);
        }
        int[] prompt = tokenizer.encodePrompt(settings.prompt()).tokens();
        int[] tokens = new Generator(inference)
                .generate(
                        prompt.length == 0 ? new int[] {tokenizer.startToken()} : prompt,
                        settings.sampleLength(),
                        new Sampling(settings.sampleTemperature(), 0, 1, seed));
        return new SamplesFile.Sample(
                step, settings.sampleTemperature(), seed, settings.prompt(), tokenizer.decode(tokens));
    }
}
