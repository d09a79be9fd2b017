package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Arguments of training runs that take a moment. */
final class TinyRun {
    private TinyRun() {}

    /** Some text with structure in it. */
    static Path text(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            text.append("int x").append(i % 7).append(" = ").append(i * i % 11).append(";\n");
        }
        return Files.writeString(folder.resolve("text.txt"), text);
    }

    /** {@code tgpt train} of a tiny model with dropout and gradient accumulation on {@code text}. */
    static String[] train(Path text, Path run, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "train",
                "--preset",
                "kernel-cpu",
                "--data",
                text.toString(),
                "--device",
                "cpu",
                "--run",
                run.toString()));
        for (String pair : List.of(
                "layers=1",
                "channels=16",
                "heads=2",
                "block=8",
                "batch=3",
                "microSteps=2",
                "learningRate=1e-2",
                "clip=1",
                "schedule=cosine",
                "warmupSteps=10",
                "decaySteps=200",
                "evalInterval=20",
                "evalBatches=2",
                "sampleLength=20")) {
            args.add("--set");
            args.add(pair);
        }
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    /** What stands for every bit of a checkpoint's parameters and moments: their files' checksums. */
    static List<String> tensors(Path checkpoint) throws IOException {
        return List.of(
                sha256(checkpoint.resolve("model.safetensors")), sha256(checkpoint.resolve("optimizer.safetensors")));
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
