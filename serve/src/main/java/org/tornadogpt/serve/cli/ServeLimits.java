package org.tornadogpt.serve.cli;

import org.tornadogpt.serve.portal.Uploads;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Option;

/** How much of everything. */
public final class ServeLimits {
    @Option(names = "--batch", paramLabel = "N", description = "Most texts of a model written at a time [32].")
    private int batch = 32;

    @Option(names = "--queue", paramLabel = "N", description = "Most texts that wait; others get 503 [128].")
    private int queue = 128;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens of one text [4096].")
    private int maxTokens = 4096;

    @Option(names = "--max-body", paramLabel = "KB", description = "Most kilobytes of a request's JSON [1024].")
    private int maxBody = 1024;

    @Option(names = "--max-connections", paramLabel = "N", description = "Most connections at a time [1024].")
    private int maxConnections = 1024;

    @Option(
            names = "--request-seconds",
            paramLabel = "N",
            description = "Seconds for a request to arrive whole, and for a client to take what it is sent [30].")
    private int requestSeconds = 30;

    @Option(names = "--text-seconds", paramLabel = "N", description = "Most seconds for one text [300].")
    private int textSeconds = 300;

    @Option(
            names = "--drain-seconds",
            paramLabel = "N",
            description = "Seconds that Ctrl+C leaves for what is being written [30].")
    private int drain = 30;

    @Option(
            names = "--max-upload",
            paramLabel = "MB",
            description = "Most megabytes of a model that a visitor brings [256].")
    private int maxUpload = 256;

    @Option(names = "--max-uploads", paramLabel = "N", description = "Most models of visitors at a time [4].")
    private int maxUploads = 4;

    @Option(names = "--upload-minutes", paramLabel = "N", description = "Minutes until such a model is forgotten [60].")
    private int uploadMinutes = 60;

    @Option(names = "--allow-upload", description = "Lets others than this machine bring models.")
    private boolean allowUpload;

    void check() {
        positive("--batch", batch);
        positive("--queue", queue);
        positive("--max-tokens", maxTokens);
        positive("--max-body", maxBody);
        positive("--max-connections", maxConnections);
        positive("--request-seconds", requestSeconds);
        positive("--text-seconds", textSeconds);
        positive("--max-upload", maxUpload);
        positive("--max-uploads", maxUploads);
        positive("--upload-minutes", uploadMinutes);
        if (maxUpload > 1024) {
            throw new UsageException("--max-upload may be 1024, got " + maxUpload);
        }
        if (maxBody > 1_000_000) {
            throw new UsageException("--max-body may be 1000000, got " + maxBody);
        }
        if (drain < 0) {
            throw new UsageException("--drain-seconds must not be negative, got " + drain);
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new UsageException(name + " must be at least 1, got " + value);
        }
    }

    int batch() {
        return batch;
    }

    int queue() {
        return queue;
    }

    int maxTokens() {
        return maxTokens;
    }

    int maxBodyBytes() {
        return maxBody << 10;
    }

    int maxConnections() {
        return maxConnections;
    }

    int requestSeconds() {
        return requestSeconds;
    }

    int textSeconds() {
        return textSeconds;
    }

    int drain() {
        return drain;
    }

    Uploads.Limits uploads() {
        return new Uploads.Limits(maxUpload << 20, maxUploads, uploadMinutes, allowUpload, batch);
    }
}
