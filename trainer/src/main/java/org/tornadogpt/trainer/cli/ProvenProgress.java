package org.tornadogpt.trainer.cli;

import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.trainer.train.ProgressDisplay;

/** Says once, after the first step, how it is known that the device did the work; where that needs saying. */
final class ProvenProgress implements ProgressDisplay {
    private final ProgressDisplay shown;
    private final Device device;
    private boolean said;

    ProvenProgress(ProgressDisplay shown, Device device) {
        this.shown = shown;
        this.device = device;
    }

    @Override
    public void line(String text) {
        shown.line(text);
    }

    @Override
    public void warning(String text) {
        shown.warning(text);
    }

    @Override
    public void step(long step, double loss, double tokensPerSecond) {
        if (!said) {
            said = true;
            device.proof().ifPresent(proof -> shown.line("ran on     " + proof));
        }
        shown.step(step, loss, tokensPerSecond);
    }
}
