package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.InliningRules.Rule;

class InliningRulesTest {
    /** As the launcher's own functions print them. */
    @Test
    void theLauncherPassesTheRulesOfThisJar() throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-c", """
                eval "$(sed -n '/^inlining_options()/,/^}/p; /^inlining_file()/,/^}/p' ../tgpt)"
                inlining_options "$(inlining_file ..)"\
                """).start();
        List<String> options = bash.inputReader().lines().toList();
        assertThat(bash.waitFor()).isZero();
        List<String> expected = new ArrayList<>(List.of("-XX:CompileCommand=quiet"));
        InliningRules.all().forEach(rule -> expected.add(rule.option()));
        assertThat(options).isEqualTo(expected);
        assertThat(options).hasSizeGreaterThan(20);
    }

    @Test
    void aRuleIsAnOptionAndADirective() {
        Rule inline = Rule.of("inline MathVector::*");
        assertThat(inline.option()).isEqualTo("-XX:CompileCommand=inline,*MathVector::*");
        Rule not = Rule.of("dontinline EpilogueVector*::slope");
        assertThat(not.option()).isEqualTo("-XX:CompileCommand=dontinline,*EpilogueVector*::slope");
        assertThat(InliningRules.directives(List.of(inline, not)))
                .isEqualTo("[{match: \"*.*\", inline: [\"+*MathVector.*\", \"-*EpilogueVector*.slope\"]}]\n");
    }

    @Test
    void whatIsNoRuleIsRefused() {
        assertThatThrownBy(() -> Rule.of("inlines MathVector::*")).hasMessageContaining("inlines");
        assertThatThrownBy(() -> Rule.of("inline")).hasMessageContaining("'inline'");
    }

    @Test
    void thisJvmTakesThem() {
        assertThat(InliningRules.install()).isTrue();
    }
}
