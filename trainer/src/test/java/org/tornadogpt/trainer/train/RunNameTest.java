package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

class RunNameTest {
    @ParameterizedTest
    @CsvSource({
        "/home/me/book.txt, book",
        "/home/me/My Book (2nd).txt, My-Book-2nd",
        "/home/me/war.and.peace.txt, war.and.peace",
        "/home/me/src/**/*.java, src",
        "/home/me/src/, src",
        "/home/me/.hidden, hidden",
        "/dev/stdin, stdin",
        "/home/me/größe.md, größe",
        "/, text",
        "/home/me/---, text",
    })
    void aTextGivesItsName(String spec, String name) {
        assertThat(RunName.ofText(spec)).isEqualTo(name);
    }

    @Test
    void longNamesAreCut() {
        assertThat(RunName.ofText("/tmp/" + "x".repeat(200))).hasSize(40);
    }

    @Test
    void onAPresetsOwnTextTheRunIsNamedAfterThePreset() {
        Values values = new Values();
        assertThat(RunName.of(TrainSettings.of(values))).isEqualTo("jdk");
        values.set("preset", "kernel-cpu");
        assertThat(RunName.of(TrainSettings.of(values))).isEqualTo("kernel-cpu");
        values.set("data", "/home/me/book.txt");
        assertThat(RunName.of(TrainSettings.of(values))).isEqualTo("book");
    }
}
