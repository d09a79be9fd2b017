package org.tornadogpt.bench.lr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.cli.Screen;

/** {@code tgpt lr} on a text and on its tokens. */
class LrCommandTest {
    @TempDir
    private Path folder;

    private String tgpt(String... args) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int code = Main.run(new Io(writer, writer, () -> false, Screen.none()), args);
        assertThat(code).as(out.toString()).isEqualTo(ExitCode.OK);
        return out.toString();
    }

    private String rates(Path data) {
        String[] args = {
            "lr",
            "--preset",
            "quote",
            "--device",
            "cpu",
            "--steps",
            "12",
            "--data",
            data.toString(),
            "--set",
            "batch=4",
            "--set",
            "block=8",
            "--set",
            "optimizer=muon",
            "--out",
            folder.resolve("lr.png").toString()
        };
        return tgpt(args);
    }

    @Test
    void aPackedTextIsTestedAsTheTextIs() throws IOException {
        Path text = Files.writeString(folder.resolve("t.txt"), "int x1 = 3;\nint x2 = 44;\n".repeat(20));
        Path packed = folder.resolve("t.tok");
        tgpt("data", "pack", "--data", text.toString(), "--tokenizer", "char", "--out", packed.toString());
        String rates = rates(packed);
        assertThat(rates).contains("suggested: learningRate=").isEqualTo(rates(text));
        assertThat(folder.resolve("lr.png")).isNotEmptyFile();
    }
}
