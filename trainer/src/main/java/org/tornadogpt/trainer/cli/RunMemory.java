package org.tornadogpt.trainer.cli;

import java.util.Locale;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.training.CompactTokens;

/**
 * What a run takes of memory besides the program itself, in bytes.
 *
 * @param parameters of the model
 * @param training gradients, moments, averages, and what adapters need
 * @param averages whether there are averages of the weights
 * @param activations of one pass
 * @param tokens of the text that are held; 0 for those of a mapped file
 */
record RunMemory(long parameters, long training, boolean averages, long activations, long tokens) {
    static RunMemory of(TrainingSession session, Texts texts) {
        Workspace workspace = session.workspace();
        long parameters = (long) session.model().parameters().size() * Float.BYTES;
        long tokens = texts.split().training().tokens() instanceof CompactTokens compact
                ? compact.length() * compact.width()
                : 0;
        return new RunMemory(
                parameters,
                workspace.stateBytes() - parameters,
                session.isAveraged(),
                workspace.activationBytes(),
                tokens);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "memory: %s for parameters, %s for gradients%s, %s for activations, %s for the text; %s of %s",
                ModelMemory.text(parameters),
                ModelMemory.text(training),
                averages ? ", moments and averages" : " and moments",
                ModelMemory.text(activations),
                tokens == 0 ? "none" : ModelMemory.text(tokens),
                ModelMemory.text(parameters + training + activations + tokens),
                ModelMemory.text(ModelMemory.ofMachine()));
    }
}
