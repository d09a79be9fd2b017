package org.tornadogpt.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.cli.Screen;

/** Nine models, each trained by a process of its own. */
class ScalingTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();

    private int scaling(String... more) {
        List<String> args = new ArrayList<>(List.of("scaling", "--block", "8", "--batch", "2"));
        if (!List.of(more).contains("--out")) {
            args.addAll(List.of("--out", folder.resolve("s").toString()));
        }
        args.addAll(List.of(more));
        return tgpt(args);
    }

    private int tgpt(List<String> args) {
        PrintWriter writer = new PrintWriter(out);
        return Main.run(new Io(writer, writer, () -> false, Screen.none()), args.toArray(String[]::new));
    }

    @Test
    @Tag("slow")
    void pointsAreTrainedKeptAndFitted() throws IOException {
        Files.writeString(folder.resolve("t.txt"), "int x1 = 3;\nint x2 = 44;\n".repeat(90));
        String data = folder.resolve("t.txt").toString();
        String[] args = {
            "--data", data, "--sizes", "4,8,16", "--budgets", "160,320,640", "--jobs", "2", "--hours", "0.01"
        };
        assertThat(scaling(args)).as(out.toString()).isEqualTo(ExitCode.OK);
        Path study = folder.resolve("s");
        String first = Files.readString(study.resolve("scaling.md"));
        assertThat(first).contains("| 16 |", "| 640 |", "| best validation loss |");
        assertThat(study.resolve("parameters.png")).isNotEmptyFile();
        assertThat(study.resolve("tokens.png")).isNotEmptyFile();
        assertThat(study.resolve("compute.png")).isNotEmptyFile();

        out.getBuffer().setLength(0);
        Files.delete(study.resolve("points/C8-D320/point.json"));
        assertThat(scaling(args)).as(out.toString()).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("8 of 9 points are done already");
        assertThat(untilLaws(Files.readString(study.resolve("scaling.md")))).isEqualTo(untilLaws(first));
        assertThat(scaling("--data", data, "--sizes", "4", "--budgets", "160", "--seed", "2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(out.toString()).contains("has a study with other settings");
    }

    @Test
    @Tag("slow")
    void aPackedTextIsStudiedAsTheTextIs() throws IOException {
        Path text = Files.writeString(folder.resolve("t.txt"), "int x1 = 3;\nint x2 = 44;\n".repeat(90));
        Path packed = folder.resolve("t.tok");
        List<String> pack = List.of("data", "pack", "--data", text.toString(), "--tokenizer", "char", "--out");
        List<String> args = new ArrayList<>(pack);
        args.add(packed.toString());
        assertThat(tgpt(args)).as(out.toString()).isEqualTo(ExitCode.OK);
        String[] grid = {"--sizes", "4,8", "--budgets", "160,320", "--hours", "0.01"};
        List<String> tables = new ArrayList<>();
        for (Path data : List.of(packed, text)) {
            Path study = folder.resolve(data.getFileName() + ".study");
            List<String> all = new ArrayList<>(List.of(grid));
            all.addAll(List.of("--data", data.toString(), "--out", study.toString()));
            assertThat(scaling(all.toArray(String[]::new))).as(out.toString()).isEqualTo(ExitCode.OK);
            tables.add(untilLaws(Files.readString(study.resolve("scaling.md"))));
        }
        assertThat(tables.get(0)).isEqualTo(tables.get(1));
    }

    private static String untilLaws(String report) {
        return report.substring(0, report.indexOf("Power laws"));
    }
}
