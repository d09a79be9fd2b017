package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers, exports, imports and runs that begin with another's model, through the command line. */
class ModelsInAndOutTest {
    @TempDir
    private Path temp;

    private Path train(String name, Path text, String... more) {
        Path run = temp.resolve(name);
        Tgpt done = Tgpt.run(TinyRun.train(text, run, more));
        assertThat(done.code()).as(done.toString()).isZero();
        return run;
    }

    private static void failed(Tgpt tgpt, int code, String reason) {
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(code);
        assertThat(tgpt.err()).contains(reason);
    }

    private static double value(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void aRunWithBpeIsResumedEvaluatedAndExported() throws IOException {
        Path text = TinyRun.text(temp);
        Path run = train("bpe", text, "--tokenizer", "bpe:280", "--steps", "20", "--set", "headBias=false");
        assertThat(run.resolve("tokenizer.json")).hasSameTextualContentAs(run.resolve("last/tokenizer.json"));
        Tgpt resumed = Tgpt.run("train", "--resume", "--run", run.toString(), "--steps", "22");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        Tgpt eval = Tgpt.run("eval", "--run", run.toString());
        double loss = value(eval.out(), "validation +(\\S+)");
        double bits = value(eval.out(), "validation +\\S+ +\\S+ +(\\S+)");
        int tokens = (int) value(resumed.out(), "last ([0-9]+) to validate");
        String validation = Files.readString(text);
        double most = loss / Math.log(2) * tokens / (0.09 * validation.length());
        double least = loss / Math.log(2) * tokens / (0.11 * validation.length());
        assertThat(bits).as("bits of a character, not of a token").isBetween(least, most);
        Path hf = temp.resolve("hf");
        assertThat(Tgpt.run("export", "--run", run.toString(), "--to", "hf", hf.toString())
                        .code())
                .isZero();
        assertThat(hf.resolve("model.safetensors")).exists();
        failed(
                Tgpt.run(
                        "export",
                        "--run",
                        run.toString(),
                        "--to",
                        "gguf",
                        temp.resolve("x").toString()),
                ExitCode.FAILED,
                "activation=relu is in the way");
        assertThat(temp.resolve("x")).doesNotExist();
        Path back = temp.resolve("back");
        Tgpt imported = Tgpt.run("import", hf.toString(), "--run", back.toString());
        assertThat(imported.code()).as(imported.toString()).isZero();
        Path prompts = Files.writeString(temp.resolve("prompts"), "\"int x\"\n[1,2,3]\n");
        String before = Tgpt.run(
                        "logits", "--checkpoint", run.resolve("best").toString(), "--json-lines", prompts.toString())
                .out();
        String after = Tgpt.run("logits", "--run", back.toString(), "--json-lines", prompts.toString())
                .out();
        assertThat(after).isEqualTo(before).startsWith("[");
        Tgpt goesOn = Tgpt.run(
                "train",
                "--resume",
                "--run",
                back.toString(),
                "--data",
                text.toString(),
                "--steps",
                "2",
                "--set",
                "evalBatches=1");
        assertThat(goesOn.code()).as(goesOn.toString()).isZero();
    }

    @Test
    void aRunBeginsWithAnothersWeightsAndVocabulary() throws IOException {
        Path text = TinyRun.text(temp);
        Path first = train("first", text, "--steps", "40");
        Path more =
                Files.writeString(temp.resolve("more.txt"), Files.readString(text) + "// \u00F6\u00F6 ~~\n".repeat(40));
        Path second = temp.resolve("second");
        Tgpt begun = Tgpt.run(TinyRun.train(more, second, "--from", first.toString(), "--steps", "1"));
        assertThat(begun.code()).as(begun.toString()).isZero();
        assertThat(begun.out()).contains("tokens keep their rows, 3 are new");
        double fresh = value(
                Tgpt.run(TinyRun.train(more, temp.resolve("fresh"), "--steps", "1"))
                        .out(),
                "train=(\\S+)");
        assertThat(value(begun.out(), "train=(\\S+)")).isLessThan(fresh - 0.3);
        assertThat(Tgpt.run("train", "--resume", "--run", second.toString(), "--steps", "2")
                        .code())
                .isZero();
        failed(
                Tgpt.run(TinyRun.train(more, temp.resolve("x"), "--from", first.toString(), "--set", "layers=2")),
                ExitCode.USAGE,
                "has layers=1, it cannot be 2");
        failed(
                Tgpt.run(TinyRun.train(more, temp.resolve("x"), "--from", temp.toString())),
                ExitCode.USAGE,
                "no model at");
        assertThat(temp.resolve("x")).doesNotExist();
    }

    @Test
    void adaptersTrainAloneAndAreMerged() throws IOException {
        Path text = TinyRun.text(temp);
        Path base = train("base", text, "--steps", "5", "--set", "headBias=false");
        Path run = temp.resolve("lora");
        String[] args = TinyRun.train(text, run, "--from", base.toString(), "--lora", "rank=2", "--steps", "20");
        Tgpt trained = Tgpt.run(args);
        assertThat(trained.code()).as(trained.toString()).isZero();
        assertThat(trained.out()).contains("192 parameters of adapters train (");
        assertThat(run.resolve("last-adapter/adapter_config.json")).content().contains("\"fan_in_fan_out\" : true");
        Path merged = temp.resolve("merged");
        Tgpt merge = Tgpt.run(
                "merge",
                "--from",
                base.toString(),
                "--adapter",
                run.resolve("best-adapter").toString(),
                "--run",
                merged.toString());
        assertThat(merge.code()).as(merge.toString()).isZero();
        Path prompts = Files.writeString(temp.resolve("prompts"), "\"int x\"\n");
        String[] here = logits(run, prompts);
        String[] there = logits(merged, prompts);
        String[] before = logits(base, prompts);
        double moved = 0;
        for (int i = 0; i < here.length; i++) {
            assertThat(Math.abs(Double.parseDouble(here[i]) - Double.parseDouble(there[i])))
                    .isLessThan(1e-5);
            moved = Math.max(moved, Math.abs(Double.parseDouble(here[i]) - Double.parseDouble(before[i])));
        }
        assertThat(moved).isGreaterThan(1e-3);
        Path x = temp.resolve("x");
        failed(Tgpt.run(TinyRun.train(text, x, "--lora", "rank=2")), ExitCode.USAGE, "--lora needs --from");
        failed(
                Tgpt.run(TinyRun.train(text, x, "--from", base.toString(), "--lora", "rank=two")),
                ExitCode.USAGE,
                "lora: 'rank=two' has no number");
        assertThat(x).doesNotExist();
    }

    @Test
    void aRunWithAdaptersGoesOnAsIfItHadNotEnded() throws IOException {
        Path text = TinyRun.text(temp);
        Path base = train("base", text, "--steps", "5", "--set", "headBias=false");
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        String[] settings = {"--from", base.toString(), "--lora", "rank=2", "--set", "decaySteps=20", "--steps"};
        assertThat(Tgpt.run(TinyRun.train(text, whole, with(settings, "20"))).code())
                .isZero();
        assertThat(Tgpt.run(TinyRun.train(text, parts, with(settings, "7"))).code())
                .isZero();
        Files.move(base, temp.resolve("gone"));
        Tgpt resumed = Tgpt.run("train", "--resume", "--run", parts.toString(), "--steps", "20");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.out()).contains("resuming after step 7");
        for (String file : List.of("model.safetensors", "adapters.safetensors")) {
            assertThat(parts.resolve("last").resolve(file))
                    .hasSameBinaryContentAs(whole.resolve("last").resolve(file));
        }
        assertThat(parts.resolve("last-adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("last-adapter/adapter_model.safetensors"));
        flipLastByte(parts.resolve("last/adapters.safetensors"));
        failed(
                Tgpt.run("train", "--resume", "--run", parts.toString(), "--steps", "30"),
                ExitCode.FAILED,
                "adapters.safetensors is damaged");
    }

    private static String[] with(String[] settings, String last) {
        return Stream.concat(Arrays.stream(settings), Stream.of(last)).toArray(String[]::new);
    }

    private static void flipLastByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private static String[] logits(Path run, Path prompts) {
        String out = Tgpt.run("logits", "--run", run.toString(), "--json-lines", prompts.toString())
                .out();
        return out.replaceAll("[\\[\\]\\s]", "").split(",");
    }

    @Test
    void tokenizersAreLearntShownAndRefused() throws IOException {
        Path text = TinyRun.text(temp);
        Path file = temp.resolve("t.json");
        assertThat(Tgpt.run("tokenizer", "train", "--data", text.toString(), "--size", "265", "--out", file.toString())
                        .out())
                .contains("265 tokens, learnt from");
        Path again = temp.resolve("u.json");
        Tgpt.run("tokenizer", "train", "--data", text.toString(), "--size", "265", "--out", again.toString());
        assertThat(again).hasSameBinaryContentAs(file);
        assertThat(Tgpt.run("tokenizer", "show", "--tokenizer", "gpt2", "--text", "Hello \uD83D\uDE00, world")
                        .out())
                .isEqualToNormalizingNewlines("|Hello| |\uD83D\uDE00|,| world|\n");
        assertThat(Tgpt.run("tokenizer", "show", "--tokenizer", file.toString(), "--ids", "--text", "!")
                        .out()
                        .strip())
                .isEqualTo("0");
        failed(Tgpt.run("tokenizer", "train", "--data", "quote", "--size", "9"), ExitCode.USAGE, "--size must be 257");
        Path run = temp.resolve("x");
        failed(Tgpt.run(TinyRun.train(text, run, "--tokenizer", "bpe:9")), ExitCode.USAGE, "257");
        failed(Tgpt.run(TinyRun.train(text, run, "--tokenizer", "none.json")), ExitCode.USAGE, "no tokenizer");
        Files.write(file, "{\"model\":{\"type\":\"Unigram\"}}".getBytes(StandardCharsets.UTF_8));
        failed(Tgpt.run(TinyRun.train(text, run, "--tokenizer", file.toString())), ExitCode.USAGE, "type Unigram");
        assertThat(run).doesNotExist();
    }
}
