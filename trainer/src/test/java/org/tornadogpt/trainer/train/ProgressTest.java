package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void survivesACheckpoint() {
        Progress progress = new Progress(120, 1.5, 100, 1, 110, 3.25);
        assertThat(Progress.of(progress.toState(7))).isEqualTo(progress);
    }

    /**
     * Killed between the best checkpoint of step 200 and the last one: the evaluation there is made again, with the
     * same loss.
     */
    @Test
    void theSameEvaluationMadeAgainIsStillTheBest() {
        Progress last = new Progress(190, 2.0, 100, 0, 100, 1);
        Progress best = new Progress(200, 1.5, 200, 0, 200, 2);
        Progress resumed = last.withBestOf(best);
        assertThat(resumed).isEqualTo(new Progress(190, 1.5, 200, 0, 100, 1));
        assertThat(resumed.at(195, 1).evaluated(1.8, 2).bestStep()).isEqualTo(200);
        assertThat(resumed.at(200, 1).evaluated(1.5, 2)).isEqualTo(best);
        assertThat(best.withBestOf(last)).isEqualTo(best);
    }
}
