package org.tornadogpt.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.TrainingState;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.model.lora.Adapters;
import org.tornadogpt.model.lora.LoraSettings;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.cli.Screen;

/** {@code tgpt serve} as a whole, in this process. */
class ServeCommandTest {
    private static final CharTokenizer TOKENIZER = CharTokenizer.of(" abcdefghijklm");
    private static final GptConfig CONFIG =
            GptConfig.builder(TOKENIZER.vocabularySize(), 32, 24, 3, 2).build();
    private static final String PROMPT = "abc";
    private static final int TOKENS = 30;

    @TempDir
    private Path folder;

    private final Device device = new CpuDevice(2);

    private static void fill(Slice slice, int seed) {
        PhiloxStream random = new PhiloxStream(seed, 1);
        float[] values = new float[slice.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.3f * random.nextGaussian();
        }
        slice.copyFrom(values);
    }

    private Weights weights() {
        Weights weights = new Weights(CONFIG.model(), device);
        fill(weights.flat().slice(), 3);
        weights.changed();
        return weights;
    }

    private Path run(String name) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(run.resolve("config.yaml"), "preset: kernel-cpu\n");
        Checkpoint.save(run.resolve("best"), TOKENIZER, weights(), TrainingState.start(1));
        return run;
    }

    private Path adapters(String name) throws IOException {
        Adapters adapters = new Adapters(weights(), LoraSettings.parse("rank=2,alpha=8"));
        fill(adapters.values().slice(), 5);
        PeftFolder.write(folder.resolve(name), CONFIG, adapters, "");
        return folder.resolve(name);
    }

    private String alone(Weights weights) {
        InferenceSession session = new InferenceSession(weights, KernelChoices.defaults(device), true);
        return TOKENIZER.decode(
                new Generator(session).generate(TOKENIZER.encode(PROMPT), TOKENS, new Sampling(1, 0, 1, 7)));
    }

    private static final class Output extends StringWriter {
        final PrintWriter writer = new PrintWriter(this);
    }

    private static int run(Output out, Output err, AtomicBoolean stop, List<String> arguments) {
        return Main.run(new Io(out.writer, err.writer, stop::get, Screen.none()), arguments.toArray(String[]::new));
    }

    /** Texts of these models, as a server with these options writes them. */
    private static List<String> served(List<String> models, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0", "--device", "cpu", "--threads", "2"));
        arguments.addAll(List.of(options));
        Output out = new Output();
        Output err = new Output();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run(out, err, stop, arguments));
        List<String> texts = new ArrayList<>();
        try {
            Matcher address = Pattern.compile("serving at (http\\S+)/").matcher("");
            while (!address.reset(out.toString()).find()) {
                assertThat(code.isDone()).as(err.toString()).isFalse();
                Thread.sleep(20);
            }
            for (String model : models) {
                texts.add(text(address.group(1), model));
            }
        } finally {
            stop.set(true);
        }
        assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
        return texts;
    }

    private static String text(String address, String model) throws IOException, InterruptedException {
        String body =
                "{\"model\":\"" + model + "\",\"prompt\":\"" + PROMPT + "\",\"max_tokens\":" + TOKENS + ",\"seed\":7}";
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(address + "/v1/completions"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode answer = new ObjectMapper().readTree(response.body());
            return answer.at("/choices/0/text").asText(response.body());
        }
    }

    @Test
    void adaptersAreModelsOfTheirOwnOverTheirRun() throws Exception {
        Path one = run("one");
        Path two = run("two");
        Path adapters = adapters("tuned");
        Weights merged = weights();
        PeftFolder.merge(adapters, merged);
        String base = alone(weights());
        String changed = alone(merged);
        assertThat(changed).isNotEqualTo(base);
        assertThat(served(
                        List.of("one", "own", "two"),
                        "--run",
                        one.toString(),
                        "--run",
                        two.toString(),
                        "--lora",
                        "own@two=" + adapters))
                .containsExactly(base, changed, base);
        assertThat(served(List.of("own"), "--run", one.toString(), "--lora", "own=" + adapters))
                .containsExactly(changed);
    }

    @Test
    void weightsMayBeBf16AndAdaptersAreAddedBeforeTheyAreRounded() throws Exception {
        Path one = run("one");
        Path adapters = adapters("tuned");
        Weights rounded = new Weights(CONFIG.model(), device, DType.BF16);
        Checkpoint.open(one.resolve("best")).restore(rounded);
        Weights merged = weights();
        PeftFolder.merge(adapters, merged);
        Path saved = folder.resolve("merged");
        Checkpoint.save(saved, TOKENIZER, merged, TrainingState.start(1));
        Weights both = new Weights(CONFIG.model(), device, DType.BF16);
        Checkpoint.open(saved).restore(both);
        assertThat(served(
                        List.of("one", "own"), "--run", one.toString(), "--lora", "own=" + adapters, "--dtype", "bf16"))
                .containsExactly(alone(rounded), alone(both));
    }

    private static void refused(int expected, String said, String... arguments) {
        List<String> all = new ArrayList<>(List.of("serve"));
        all.addAll(List.of(arguments));
        Output err = new Output();
        int code = run(new Output(), err, new AtomicBoolean(), all);
        assertThat(code).as(err.toString()).isEqualTo(expected);
        assertThat(err.toString().strip().lines().toList()).last().asString().contains(said);
    }

    @Test
    void wrongUseIsRefused() throws IOException {
        String a = run("a/same").toString();
        String b = run("b/same").toString();
        String c = run("c").toString();
        String adapters = adapters("tuned").toString();
        refused(2, "a/same and " + folder + "/b/same would both be called same", "--run", a, "--run", b);
        refused(2, "would both be called c", "--run", c, "--lora", "c=" + adapters);
        refused(2, "--lora takes NAME=DIR", "--run", c, "--lora", adapters);
        refused(2, "say over which run, x@RUN=DIR, RUN being one of same, c", "--run", a, "--run", c, "--lora", "x=y");
        refused(2, "no run is called d; there are c", "--run", c, "--lora", "x@d=" + adapters);
        refused(2, "--dtype takes f32 or bf16, got 'f8'", "--run", c, "--dtype", "f8");
        refused(2, "give at least one --run");
        refused(2, "--port takes 0 to 65535, got 65536", "--run", c, "--port", "65536");
        refused(2, "--max-body may be 1000000, got 3000000", "--run", c, "--max-body", "3000000");
        refused(1, "it is no folder of adapters", "--run", c, "--lora", "x=" + folder, "--port", "0");
    }

    @Test
    void versionIsThatOfTheProgram() {
        Output own = new Output();
        Output whole = new Output();
        assertThat(run(own, new Output(), new AtomicBoolean(), List.of("serve", "--version")))
                .isZero();
        run(whole, new Output(), new AtomicBoolean(), List.of("--version"));
        assertThat(own.toString()).startsWith("tornado-gpt ").isEqualTo(whole.toString());
    }
}
