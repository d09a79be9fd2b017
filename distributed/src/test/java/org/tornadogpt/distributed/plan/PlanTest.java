package org.tornadogpt.distributed.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.cli.Screen;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.settings.UsageException;

/** Figures that can be had by hand. */
class PlanTest {
    private static final Cluster CLUSTER = new Cluster(8, 1e14, 1e12, 1e11, 1e10, 1e-5);
    private static final ModelShape SHAPE = new ModelShape("thousand", 1_000_000_000, 10, 100, 4, 1000, 50);

    private static Plan plan(Exchange exchange, int ranks, int microSteps) {
        return new Plan(SHAPE, CLUSTER, exchange, ranks, microSteps, 2);
    }

    @Test
    void sizesAreThoseThatArePublished() {
        assertThat(ModelShape.of("124M").parameters()).isEqualTo(124_439_808);
        assertThat(ModelShape.of("1.5b").parameters()).isEqualTo(1_557_611_200);
        assertThat(ModelShape.of("124M").fitsOneArray()).isTrue();
        assertThat(ModelShape.of("1.5B").fitsOneArray()).isFalse();
        assertThat(ModelShape.of("kernel-gpu").layers()).isEqualTo(6);
        assertThatThrownBy(() -> ModelShape.of("nosuch"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("nosuch");
    }

    @Test
    void memoryIsThatOfTheArrays() {
        assertThat(plan(Exchange.FAST, 8, 1).gradientBytes()).isEqualTo(8e9);
        assertThat(plan(Exchange.FAST, 8, 2).gradientBytes()).isEqualTo(12e9);
        assertThat(plan(Exchange.EXACT, 8, 2).gradientBytes()).isEqualTo(12.5e9);
        assertThat(plan(Exchange.SHARDED, 8, 1).gradientBytes()).isEqualTo(8.5e9);
        assertThat(plan(Exchange.FAST, 8, 1).momentBytes()).isEqualTo(8e9);
        assertThat(plan(Exchange.SHARDED, 8, 1).momentBytes()).isEqualTo(1e9);
    }

    @Test
    void bytesAreThoseOfTheExchange() {
        assertThat(plan(Exchange.FAST, 8, 3).sentBytes()).isEqualTo(7e9);
        assertThat(plan(Exchange.SHARDED, 4, 3).sentBytes()).isEqualTo(6e9);
        assertThat(plan(Exchange.EXACT, 8, 3).sentBytes()).isEqualTo(14e9);
        assertThat(plan(Exchange.FAST, 8, 1).sentByNodeBytes()).isZero();
        assertThat(plan(Exchange.FAST, 16, 1).sentByNodeBytes()).isEqualTo(7.5e9);
        assertThat(plan(Exchange.EXACT, 16, 1).sentByNodeBytes()).isEqualTo(16e9 + 3.75e9);
    }

    @Test
    void timeIsThatOfTheSlowerWay() {
        assertThat(plan(Exchange.FAST, 8, 1).exchangeSeconds()).isCloseTo(0.07 + 14e-5, within(1e-9));
        assertThat(plan(Exchange.FAST, 16, 1).exchangeSeconds()).isCloseTo(0.75 + 30e-5, within(1e-9));
        double compute = 2 * 1000 * (6e9 + 12.0 * 10 * 100 * 1000) / 1e14;
        assertThat(plan(Exchange.FAST, 8, 1).computeSeconds()).isCloseTo(compute, within(1e-9));
        assertThat(plan(Exchange.FAST, 1, 1).stepSeconds()).isCloseTo(compute + 0.028, within(1e-9));
    }

    /** Overlapping hides the exchange, all but the last layer's, or the backward pass, all but the first layer's. */
    @ParameterizedTest
    @EnumSource(Exchange.class)
    void overlappingHidesTheShorterOfTheTwo(Exchange exchange) {
        for (int ranks : new int[] {1, 2, 8, 64}) {
            Plan plan = plan(exchange, ranks, 1);
            double backward = plan.computeSeconds() * 2 / 3;
            double hidden = plan.stepSeconds() - plan.overlappedStepSeconds();
            assertThat(hidden).isCloseTo(Math.min(backward, plan.exchangeSeconds()) * 0.9, within(1e-9));
        }
    }

    /** An option of its own must not be one of those that the program takes out of every command. */
    @ParameterizedTest
    @ValueSource(strings = {"per-node", "tflops", "memory-bandwidth", "within", "between", "latency"})
    void everyOptionOfTheMachineReachesTheCommand(String option) {
        StringWriter said = new StringWriter();
        Io io = new Io(new PrintWriter(said), new PrintWriter(said), () -> false, Screen.none());
        assertThat(Main.run(io, "plan", "--ranks", "2", "--" + option, "10"))
                .as(said.toString())
                .isZero();
    }
}
