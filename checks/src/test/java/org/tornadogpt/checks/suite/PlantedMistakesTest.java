package org.tornadogpt.checks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variant.Style;

/** Each kind of mistake is found in each style of kernel that can have it, and called what it is. */
class PlantedMistakesTest {
    private static String called(Mistake mistake) {
        return switch (mistake) {
            case NONE -> "";
            case MASK_ONE_TOO_MANY -> "its mask is off by 1: out at time";
            case MASK_ONE_TOO_FEW -> "its mask is off by one: out does not change with the value at its own time";
            case UNWRITTEN_ROW -> "elements are never written";
            case ADDS -> "it adds to what was there before, and its contract says overwrite";
            case OVERWRITES -> "it overwrites what was there before, and its contract says accumulate";
            case TWICE_THE_RESULT -> "the scale is wrong: every element is 2.000 times what it should be";
            case SCORES_NOT_SCALED -> "the scale is wrong: its scores are not divided by the root of D";
            case SWALLOWS_NAN -> "the kernel swallows what is no number";
            case READS_NEIGHBOUR -> "the result depends on the order in which";
            case WRONG_GRADIENT -> "the forward pass is right, its gradient is wrong";
            case IGNORES_DROPOUT -> "the backward pass ignores dropout";
            case MISSING_BARRIER, RACE -> "a barrier is missing, or two items write one element";
            case WRITES_OUTSIDE -> "outside every tensor, was overwritten";
            case THROWS -> "java.lang.ArithmeticException: planted";
        };
    }

    /** Iterations of a loop run in order on this JVM: that their order matters is not claimed to be found. */
    private static boolean canHave(Style style, Mistake mistake) {
        return switch (mistake) {
            case MISSING_BARRIER, RACE -> style == Style.GROUP;
            case READS_NEIGHBOUR -> style != Style.LOOP;
            default -> mistake != Mistake.NONE;
        };
    }

    static List<Arguments> planted() {
        List<Arguments> planted = new ArrayList<>();
        for (Style style : Style.values()) {
            for (Mistake mistake : Mistake.values()) {
                if (canHave(style, mistake)) {
                    planted.add(Arguments.of(style, mistake));
                }
            }
        }
        return planted;
    }

    /** The operation's first two cases: forward and backward. */
    private static VariantCheck.Report check(Variant variant) {
        return VariantCheck.onJvm(variant, VariantCheck.cases(variant).subList(0, 2), progress -> {});
    }

    @ParameterizedTest
    @MethodSource("planted")
    void isFoundAndNamed(Style style, Mistake mistake) {
        Variant variant = mistake == Mistake.OVERWRITES
                ? new PlantedProduct(style, mistake)
                : new PlantedAttention(style, mistake);
        VariantCheck.Report report = check(variant);
        assertThat(report.findings()).isNotEmpty();
        assertThat(report.findings().get(0).toString()).contains(called(mistake));
    }

    @ParameterizedTest
    @EnumSource
    void withoutAMistakeNothingIsFound(Style style) {
        assertThat(check(new PlantedAttention(style, Mistake.NONE)).findings()).isEmpty();
        assertThat(check(new PlantedProduct(style, Mistake.NONE)).findings()).isEmpty();
    }
}
