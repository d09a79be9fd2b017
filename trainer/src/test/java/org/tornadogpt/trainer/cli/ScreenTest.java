package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTest {
    private static Screen screen(String arguments, String environment) {
        Map<String, String> variables = Stream.of(environment.split(";"))
                .filter(pair -> !pair.isEmpty())
                .collect(Collectors.toMap(
                        pair -> pair.replaceFirst("=.*", ""), pair -> pair.replaceFirst("[^=]*=", "")));
        return Screen.of(arguments.split(" "), variables, false);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'TGPT_TERMINAL=out err', true, true",
        "'', 'TGPT_TERMINAL=out', true, false",
        "'', 'TGPT_TERMINAL= err', false, true",
        "'', 'TGPT_TERMINAL=', false, false",
        "'', 'TGPT_TERMINAL=out err;NO_COLOR=1', false, false",
        "'', 'TGPT_TERMINAL=out err;NO_COLOR=', true, true",
        "'', 'TGPT_TERMINAL=out err;TERM=dumb', false, false",
        "'train --color never', 'TGPT_TERMINAL=out err', false, false",
        "'--color=always train', 'TGPT_TERMINAL=;NO_COLOR=1', true, true",
        "'--color=always train --color auto', 'TGPT_TERMINAL=', false, false",
        "'--color purple', 'TGPT_TERMINAL=out err', true, true"
    })
    void coloursAreForTerminalsUnlessSaidOtherwise(String arguments, String environment, boolean out, boolean err) {
        Screen screen = screen(arguments, environment);
        assertThat(screen.out().colours().on()).isEqualTo(out);
        assertThat(screen.err().colours().on()).isEqualTo(err);
    }

    @ParameterizedTest
    @CsvSource({
        "'TGPT_TERMINAL=out;COLUMNS=132', 132, 100000",
        "'TGPT_TERMINAL=out err', 80, 80",
        "'TGPT_TERMINAL=out err;COLUMNS=wide', 80, 80",
        "'TGPT_TERMINAL=out err;COLUMNS=0', 80, 80",
        "'TGPT_TERMINAL=out err;COLUMNS=5', 40, 40",
        "'TGPT_TERMINAL=;COLUMNS=132', 100000, 100000",
        "'COLUMNS=132', 100000, 100000"
    })
    void aTerminalHasAWidth(String environment, int out, int err) {
        Screen screen = screen("", environment);
        assertThat(screen.out().columns()).isEqualTo(out);
        assertThat(screen.err().columns()).isEqualTo(err);
    }

    @Test
    void aProgressBarNeedsBothToBeTerminals() {
        assertThat(screen("", "TGPT_TERMINAL=out err").interactive()).isTrue();
        assertThat(screen("", "TGPT_TERMINAL=out").interactive()).isFalse();
        assertThat(screen("", "TGPT_TERMINAL= err").interactive()).isFalse();
    }

    @Test
    void withoutTheLauncherTheJvmsWordCounts() {
        assertThat(Screen.of(new String[0], Map.of(), true).interactive()).isTrue();
        assertThat(Screen.of(new String[0], Map.of(), false).interactive()).isFalse();
    }
}
