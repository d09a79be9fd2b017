package org.tornadogpt.serve.portal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfFolder;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.serve.Served;
import org.tornadogpt.trainer.metrics.Observation;
import org.tornadogpt.trainer.metrics.ObservationsFile;
import org.tornadogpt.trainer.metrics.SamplesFile;

class PortalTest {
    @TempDir
    private static Path folder;

    private static Served served;
    private static Map<String, byte[]> checkpoint;

    @BeforeAll
    static void open() throws IOException {
        Path run = Files.createDirectories(folder.resolve("runs/one"));
        Files.writeString(run.resolve("metrics.jsonl"), """
                {"step":1,"event":"step","trainLoss":4.0,"learningRate":0.001,"gradNorm":1.0}
                {"step":2,"event":"step","trainLoss":3.0,"learningRate":0.001,"gradNorm":1.0}
                {"step":2,"event":"eval","trainLoss":3.0,"valLoss":3.5}
                """);
        Files.createSymbolicLink(folder.resolve("runs/link"), run);
        served = Served.withRuns(folder.resolve("runs"), "--max-upload", "1", "--max-uploads", "2");
        Path saved = folder.resolve("saved");
        served.save(saved);
        checkpoint = new LinkedHashMap<>();
        for (String name : List.of("model.safetensors", "config.json", "tokenizer.json", "state.json")) {
            checkpoint.put("run/best/" + name, Files.readAllBytes(saved.resolve(name)));
        }
    }

    @AfterAll
    static void close() {
        served.close();
    }

    private static JsonNode ask(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = served.post("/portal/api/" + path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Served.json(response);
    }

    @Test
    void thePageIsWholeAndOfItsOwn() throws Exception {
        String page = served.get("/").body();
        assertThat(page).contains("<title>tornado-gpt").doesNotContain("http://", "https://");
        for (String file : List.of("style.css", "app.js", "write.js", "zip.js", "icon.svg")) {
            HttpResponse<String> response = served.get("/portal/" + file);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).doesNotContain("innerHTML", "eval(", "https://");
        }
        assertThat(served.get("/portal/Portal.class").statusCode()).isEqualTo(404);
    }

    @Test
    void theNextTokenBeforeAndAfterTheKnobs() throws Exception {
        JsonNode plain = ask("next", "{\"model\":\"tiny\",\"prompt\":\"abc\"}");
        assertThat(plain.path("kept").asInt()).isEqualTo(served.tokenizer().vocabularySize());
        JsonNode first = plain.at("/candidates/0");
        assertThat(first.path("chance").asDouble()).isEqualTo(first.path("said").asDouble());
        JsonNode cut = ask("next", "{\"model\":\"tiny\",\"prompt\":\"abc\",\"top_k\":2,\"temperature\":0.5}");
        assertThat(cut.path("kept").asInt()).isEqualTo(2);
        assertThat(cut.at("/candidates/0/chance").asDouble()
                        + cut.at("/candidates/1/chance").asDouble())
                .isBetween(0.999, 1.001);
        assertThat(cut.at("/candidates/2/chance").asDouble()).isZero();
        assertThat(served.post("/portal/api/next", "{\"model\":\"../x\",\"prompt\":\"\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void thePipeline() throws Exception {
        JsonNode seen = ask("inspect", "{\"model\":\"tiny\",\"prompt\":\"" + "abc ".repeat(20) + "\"}");
        assertThat(seen.path("tokens")).hasSize(32);
        assertThat(seen.path("leftOut").asInt()).isEqualTo(80 - 32);
        assertThat(seen.path("layers")).hasSize(2);
        assertThat(seen.at("/layers/0/attention")).hasSize(4 * 32 * 32);
        assertThat(seen.path("lens")).hasSize(3);
    }

    @Test
    void aSearchIsATree() throws Exception {
        JsonNode found = ask("beams", "{\"model\":\"tiny\",\"prompt\":\"abc\",\"tokens\":5,\"beams\":3}");
        assertThat(found.path("texts")).hasSize(3);
        assertThat(found.path("nodes").size()).isBetween(5, 15);
        for (JsonNode node : found.path("nodes")) {
            assertThat(node.path("parent").asInt())
                    .isLessThan(node.path("number").asInt());
        }
    }

    @Test
    void runs() throws Exception {
        JsonNode list = Served.json(served.get("/portal/api/runs"));
        assertThat(list.path("runs")).hasSize(1); // no links
        JsonNode curves = Served.json(served.get("/portal/api/runs/one"));
        assertThat(curves.at("/steps/1/1").asDouble()).isEqualTo(3.0);
        assertThat(curves.at("/evaluations/0/2").asDouble()).isEqualTo(3.5);
        assertThat(curves.path("samples")).isEmpty();
        Path run = folder.resolve("runs/one");
        ObservationsFile.put(run.resolve(ObservationsFile.NAME), new Observation(2, "seen", new TreeMap<>()));
        assertThat(Served.json(served.get("/portal/api/runs/one"))
                        .path("samples")
                        .toString())
                .isEqualTo("[[2,\"seen\"]]");
        SamplesFile.add(run.resolve("samples.jsonl"), new SamplesFile.Sample(1, 1, 7, "a", "written"));
        assertThat(Served.json(served.get("/portal/api/runs/one"))
                        .path("samples")
                        .toString())
                .isEqualTo("[[1,\"written\"]]");
        for (String name : List.of("link", "two", "..", "%2e%2e", "one%2f..%2fone")) {
            assertThat(served.get("/portal/api/runs/" + name).statusCode()).isIn(400, 404);
        }
    }

    @Test
    void oneStreamTellsOfAllRunsThatComeGrowAndGo() throws Exception {
        Path folder = Files.createDirectories(PortalTest.folder.resolve("live"));
        try (Served other = Served.withRuns(folder);
                BufferedReader live = new BufferedReader(new InputStreamReader(
                        URI.create("http://127.0.0.1:" + other.port() + "/portal/api/live")
                                .toURL()
                                .openStream(),
                        StandardCharsets.UTF_8))) {
            assertThat(told(live)).isEqualTo("{\"runs\":[]}");
            Path metrics = Files.createDirectory(folder.resolve("new")).resolve("metrics.jsonl");
            Files.writeString(metrics, "12345\n");
            assertThat(told(live)).contains("\"new\"", "\"size\":6}");
            Files.writeString(metrics, "12345\n12345\n");
            assertThat(told(live)).contains("\"size\":12}");
            Files.writeString(metrics.resolveSibling("samples.jsonl"), "123\n");
            assertThat(told(live)).contains("\"size\":16}");
            Files.delete(metrics);
            assertThat(told(live)).isEqualTo("{\"runs\":[]}");
        }
    }

    private static String told(BufferedReader live) throws IOException {
        String line = live.readLine();
        while (!line.startsWith("data: ") || line.contains("\"size\":0}")) { // a file that is just being written
            line = live.readLine();
        }
        return line.substring("data: ".length());
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static HttpResponse<String> bring(String name, byte... zip) throws IOException, InterruptedException {
        return served.send(served.request("/portal/api/uploads?name=" + name)
                .header("Content-Type", "application/zip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(zip))
                .build());
    }

    private static int forget(String name) throws IOException, InterruptedException {
        return served.send(
                        served.request("/portal/api/uploads/" + name).DELETE().build())
                .statusCode();
    }

    @Test
    void aModelThatIsBroughtWritesWhatTheSameModelWrites() throws Exception {
        assertThat(bring("mine", zip(checkpoint)).statusCode()).isEqualTo(200);
        String body = "\"prompt\":\"abc\",\"max_tokens\":20,\"seed\":1}";
        JsonNode theirs = Served.json(served.post("/v1/completions", "{\"model\":\"mine\"," + body));
        JsonNode ours = Served.json(served.post("/v1/completions", "{\"model\":\"tiny\"," + body));
        assertThat(theirs.at("/choices/0/text")).isEqualTo(ours.at("/choices/0/text"));
        assertThat(bring("mine", zip(checkpoint)).statusCode()).isEqualTo(409);
        assertThat(bring("tiny", zip(checkpoint)).statusCode()).isEqualTo(409);
        assertThat(bring("second", zip(checkpoint)).statusCode()).isEqualTo(200);
        assertThat(bring("third", zip(checkpoint)).statusCode()).isEqualTo(503);
        assertThat(forget("mine")).isEqualTo(200);
        assertThat(forget("second")).isEqualTo(200);
        assertThat(forget("tiny")).isEqualTo(404);
        assertThat(served.post("/v1/completions", "{\"model\":\"mine\"," + body).statusCode())
                .isEqualTo(404);
    }

    private static Map<String, byte[]> huggingFace(Weights weights, CharTokenizer tokenizer) throws IOException {
        Path saved = Files.createTempDirectory(folder, "hf");
        HfFolder.write(saved, weights.model().config(), tokenizer, weights.parameters());
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            files.put("hf/" + name, Files.readAllBytes(saved.resolve(name)));
        }
        files.put("hf/pytorch_model.bin", new byte[] {(byte) 0x80, 2});
        files.put("hf/onnx/config.json", "no model".getBytes(StandardCharsets.US_ASCII));
        return files;
    }

    @Test
    void aFolderOfHuggingFaceWritesToo() throws Exception {
        CharTokenizer tokenizer = CharTokenizer.of(" abcdefghijklm");
        GptConfig config =
                GptConfig.builder(tokenizer.vocabularySize(), 16, 24, 3, 2).build();
        try (Device device = new CpuDevice(2)) {
            Weights weights = new Weights(config.model(), device);
            weights.initialise(5);
            Map<String, byte[]> files = huggingFace(weights, tokenizer);
            assertThat(bring("hf", zip(files)).statusCode()).isEqualTo(200);
            String expected =
                    tokenizer.decode(new Generator(new InferenceSession(weights, KernelChoices.defaults(device), true))
                            .generate(tokenizer.encode("abc"), 20, new Sampling(1, 0, 1, 1)));
            assertThat(Served.json(served.post(
                                    "/v1/completions",
                                    "{\"model\":\"hf\",\"prompt\":\"abc\",\"max_tokens\":20,\"seed\":1}"))
                            .at("/choices/0/text")
                            .asText())
                    .isEqualTo(expected);
            assertThat(forget("hf")).isEqualTo(200);
            String said = new String(files.get("hf/config.json"), StandardCharsets.UTF_8);
            refused("i", zip(changed(files, "config.json", said.replaceFirst("gpt2", "t5"))), "model of type t5");
            refused(
                    "j",
                    zip(changed(files, "config.json", said.replaceFirst("(\"n_layer\" : )2", "$12000"))),
                    "asks for 2000 layers");
            refused("k", zip(changed(files, "config.json", "[".repeat(5000))), "nest");
            refused("l", zip(changed(files, "model.safetensors", "no tensors")), "not a whole safetensors file");
            refused("m", zip(changed(files, "tokenizer.json", "{}")), "tokenizer.json");
            refused(
                    "n",
                    zip(changed(
                            files,
                            "model.safetensors.index.json",
                            "{\"weight_map\":{\"wte.weight\":\"../../etc/passwd\"}}")),
                    "no ../../etc/passwd in the files");
            refused(
                    "o",
                    zip(changed(files, "config.json", said.replaceFirst("(\"n_embd\" : )24", "$148"))),
                    "has shape");
        }
    }

    private static Map<String, byte[]> changed(Map<String, byte[]> files, String name, String content) {
        Map<String, byte[]> changed = new LinkedHashMap<>(files);
        changed.put("hf/" + name, content.getBytes(StandardCharsets.UTF_8));
        return changed;
    }

    /** Rotary positions have no tensor: nothing else bounds the block that a file can ask for. */
    @Test
    void aBlockWhoseKeysAndValuesAreTooLargeIsRefused() throws Exception {
        CharTokenizer tokenizer = CharTokenizer.of(" abcdefghijklm");
        GptConfig config = GptConfig.builder(tokenizer.vocabularySize(), 16, 24, 3, 2)
                .positions(GptConfig.Positions.ROTARY)
                .norm(Norm.Kind.RMSNORM)
                .activation(FeedForward.Kind.SWIGLU)
                .mlpHidden(40)
                .qkvBias(false)
                .projectionBias(false)
                .mlpBias(false)
                .build();
        try (Device device = new CpuDevice(2)) {
            Weights weights = new Weights(config.model(), device);
            weights.initialise(5);
            Map<String, byte[]> files = huggingFace(weights, tokenizer);
            String said = new String(files.get("hf/config.json"), StandardCharsets.UTF_8);
            refused(
                    "p",
                    zip(changed(
                            files,
                            "config.json",
                            said.replaceFirst("(\"max_position_embeddings\" : )16", "$11000000"))),
                    "of keys and values");
            assertThat(bring("q", zip(files)).statusCode()).isEqualTo(200);
            assertThat(forget("q")).isEqualTo(200);
        }
    }

    private static void refused(String name, byte[] zip, String said) throws IOException, InterruptedException {
        HttpResponse<String> response = bring(name, zip);
        assertThat(response.statusCode()).as(said).isIn(400, 413);
        assertThat(response.body()).contains(said);
        assertThat(forget(name)).isEqualTo(404);
    }

    private static Map<String, byte[]> with(String name, byte... content) {
        Map<String, byte[]> changed = new LinkedHashMap<>(checkpoint);
        changed.put("run/best/" + name, content);
        return changed;
    }

    @Test
    void damagedAndHostileFilesAreRefused() throws Exception {
        byte[] model = checkpoint.get("run/best/model.safetensors").clone();
        model[model.length / 2] ^= 1;
        refused("a", zip(with("model.safetensors", model)), "damaged");
        refused("b", "no zip".getBytes(StandardCharsets.US_ASCII), "no zip");
        refused("c", new byte[2 << 20], "longer than");
        refused("d", zip(with("bomb", new byte[64 << 20])), "unpacks to more");
        Map<String, byte[]> incomplete = new LinkedHashMap<>(checkpoint);
        incomplete.remove("run/best/config.json");
        refused("e", zip(incomplete), "no config.json");
        Map<String, byte[]> huge = with(
                "config.json",
                new String(checkpoint.get("run/best/config.json"), StandardCharsets.UTF_8)
                        .replaceFirst("(\"layers\"\\s*:\\s*)\\d+", "$12000000000")
                        .getBytes(StandardCharsets.UTF_8));
        huge.remove("run/best/state.json");
        refused("f", zip(huge), "");
        byte[] nan = checkpoint.get("run/best/model.safetensors").clone();
        for (int i = 1; i <= 4; i++) {
            nan[nan.length - i] = -1;
        }
        Map<String, byte[]> infected = with("model.safetensors", nan);
        infected.remove("run/best/state.json");
        refused("g", zip(infected), "NaN");
        Map<String, byte[]> pickle = new LinkedHashMap<>();
        pickle.put("archive/data.pkl", new byte[] {(byte) 0x80, 2});
        refused("h", zip(pickle), "no model.safetensors");
        assertThat(bring("..%2Fx", zip(checkpoint)).statusCode()).isEqualTo(400);
        assertThat(served.send(served.request("/portal/api/uploads?name=x")
                                .header("Content-Type", "multipart/form-data")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(zip(checkpoint)))
                                .build())
                        .statusCode())
                .isEqualTo(415);
    }
}
