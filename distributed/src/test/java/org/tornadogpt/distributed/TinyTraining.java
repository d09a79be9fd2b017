package org.tornadogpt.distributed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Command lines of training runs that take a moment: a small model with dropout. */
final class TinyTraining {
    static final String MAIN = "org.tornadogpt.trainer.cli.Main";

    private TinyTraining() {}

    /** Some text with structure in it. */
    static Path text(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            text.append("int x").append(i % 7).append(" = ").append(i * i % 11).append(";\n");
        }
        return Files.writeString(folder.resolve("text.txt"), text);
    }

    /** Arguments of {@code tgpt train}. */
    static String[] train(Path text, Path run, int steps, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--preset", "kernel-cpu", "--device", "cpu"));
        args.addAll(List.of("--data", text.toString(), "--run", run.toString(), "--steps", String.valueOf(steps)));
        for (String pair : List.of(
                "layers=2",
                "channels=16",
                "heads=2",
                "block=8",
                "batch=3",
                "learningRate=1e-2",
                "clip=1",
                "evalInterval=4",
                "evalBatches=5",
                "sampleLength=10")) {
            args.addAll(List.of("--set", pair));
        }
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    /** By one process. */
    static MpiRun.Result alone(String... arguments) throws IOException, InterruptedException {
        return MpiRun.run(MpiRun.java(MAIN, arguments), java.util.Map.of());
    }

    /** What stands for every bit of a checkpoint's tensors. */
    static List<String> sums(Path checkpoint) throws IOException {
        return List.of(sum(checkpoint.resolve("model.safetensors")), sum(checkpoint.resolve("optimizer.safetensors")));
    }

    private static String sum(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
