package org.tornadogpt.serve.portal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.serve.Served;
import org.tornadogpt.trainer.metrics.Observation;
import org.tornadogpt.trainer.metrics.ObservationsFile;

/** Uses every page in a real Chromium, by tools/serve/portal.mjs. */
class BrowserTest {
    private static final String MODULES = "TGPT_NODE_MODULES";
    private static final int SKIPPED = 77;

    @TempDir
    private Path folder;

    private Path zip(Path checkpoint) throws IOException {
        Path zip = folder.resolve("model.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : List.of("model.safetensors", "config.json", "tokenizer.json", "state.json")) {
                out.putNextEntry(new ZipEntry("best/" + name));
                out.write(Files.readAllBytes(checkpoint.resolve(name)));
            }
        }
        return zip;
    }

    @Test
    void everyPageCanBeUsed() throws Exception {
        String modules = System.getenv(MODULES);
        assumeTrue(
                modules != null,
                MODULES + " does not name a folder in which 'npm install playwright-core axe-core' was run");
        Path run = Files.createDirectories(folder.resolve("runs/one"));
        Files.writeString(run.resolve("metrics.jsonl"), """
                {"step":1,"event":"eval","trainLoss":3.9,"valLoss":3.8}
                {"step":2,"event":"eval","trainLoss":3.0,"valLoss":3.5}
                """);
        ObservationsFile.put(run.resolve(ObservationsFile.NAME), new Observation(1, "at the start", new TreeMap<>()));
        ObservationsFile.put(
                run.resolve(ObservationsFile.NAME), new Observation(2, "later\n<b>on</b>", new TreeMap<>()));
        for (int i = 0; i < 7; i++) { // with the one above more than a browser has connections
            Path other = Files.createDirectories(folder.resolve("runs/other" + i));
            Files.writeString(
                    other.resolve("metrics.jsonl"),
                    "{\"step\":1,\"event\":\"eval\",\"trainLoss\":3.9,\"valLoss\":3." + i + "}\n");
            Files.setLastModifiedTime(other.resolve("metrics.jsonl"), FileTime.fromMillis(0));
        }
        try (Served served = Served.withRuns(folder.resolve("runs"))) {
            served.save(folder.resolve("saved"));
            Path script = Path.of("..", "tools", "serve", "portal.mjs").toAbsolutePath();
            Path log = folder.resolve("log");
            int code = new ProcessBuilder(
                            "node",
                            script.toString(),
                            "http://127.0.0.1:" + served.port(),
                            folder.resolve("shots").toString(),
                            zip(folder.resolve("saved")).toString(),
                            run.resolve("metrics.jsonl").toString())
                    .directory(Path.of(modules).toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            assumeTrue(code != SKIPPED, Files.readString(log));
            assertThat(code).as(Files.readString(log)).isZero();
        }
    }
}
