package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.metrics.MetricsFile;

/** {@code tgpt data pack} and {@code stats}, and runs on files of tokens. */
class PackedTrainingTest {
    @TempDir
    private Path temp;

    private Tgpt good(String... args) {
        Tgpt done = Tgpt.run(args);
        assertThat(done.code()).as(done.toString()).isZero();
        return done;
    }

    private static void failed(Tgpt tgpt, int code, String reason) {
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(code);
        assertThat(tgpt.err()).contains(reason);
        assertThat(tgpt.err().lines().filter(line -> line.startsWith("tgpt: "))).hasSize(1);
    }

    private Path pack(Path text, String tokenizer) {
        Path packed = temp.resolve("text.tok");
        Tgpt done =
                good("data", "pack", "--data", text.toString(), "--tokenizer", tokenizer, "--out", packed.toString());
        assertThat(done.out()).contains("train on it: tgpt train --data " + packed);
        return packed;
    }

    private static List<Double> losses(Path run) throws IOException {
        return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .map(m -> m.trainLoss())
                .toList();
    }

    @Test
    void aPackedTextTrainsAsTheTextDoes() throws IOException {
        Path text = TinyRun.text(temp);
        Path packed = pack(text, "bpe:280");
        Path a = temp.resolve("a");
        Path b = temp.resolve("b");
        good(TinyRun.train(text, a, "--tokenizer", "bpe:280", "--steps", "20"));
        good(TinyRun.train(packed, b, "--steps", "10"));
        good("train", "--resume", "--run", b.toString(), "--steps", "20");
        assertThat(losses(b).size()).isGreaterThan(20);
        assertThat(TinyRun.tensors(b.resolve("last"))).isEqualTo(TinyRun.tensors(a.resolve("last")));
        assertThat(b.resolve("tokenizer.json")).hasSameTextualContentAs(a.resolve("tokenizer.json"));
        assertThat(good("eval", "--run", b.toString()).out())
                .isEqualTo(good("eval", "--run", a.toString()).out());
        assertThat(good("eval", "--run", a.toString(), "--data", packed.toString())
                        .out())
                .isEqualTo(good("eval", "--run", a.toString(), "--data", text.toString())
                        .out());
        Path other = Files.writeString(temp.resolve("other.txt"), Files.readString(text) + "more\n");
        pack(other, b.resolve("tokenizer.json").toString());
        failed(
                Tgpt.run("train", "--resume", "--run", b.toString(), "--steps", "30"),
                ExitCode.FAILED,
                "is not the one this run began with");
        pack(text, "byte");
        failed(
                Tgpt.run("eval", "--run", a.toString(), "--data", packed.toString()),
                ExitCode.FAILED,
                "packed with another tokenizer");
        failed(
                Tgpt.run(TinyRun.train(packed, temp.resolve("x"), "--tokenizer", "gpt2")),
                ExitCode.USAGE,
                "packed with another tokenizer than gpt2");
        failed(
                Tgpt.run(TinyRun.train(packed, temp.resolve("x"), "--tokenizer", "bpe:300")),
                ExitCode.USAGE,
                "leave --tokenizer out");
        assertThat(temp.resolve("x")).doesNotExist();
    }

    @Test
    void charactersArePackedToo() throws IOException {
        Path text = TinyRun.text(temp);
        Path packed = pack(text, "char");
        Path a = temp.resolve("a");
        Path b = temp.resolve("b");
        good(TinyRun.train(text, a, "--steps", "5"));
        good(TinyRun.train(packed, b, "--steps", "5"));
        assertThat(TinyRun.tensors(b.resolve("last"))).isEqualTo(TinyRun.tensors(a.resolve("last")));
        Path c = temp.resolve("c");
        assertThat(good(TinyRun.train(packed, c, "--from", a.toString(), "--steps", "1"))
                        .out())
                .contains("the vocabulary of 16 tokens is the same");
        String ofText = good("data", "stats", text.toString()).out();
        String ofFile = good("data", "stats", packed.toString()).out();
        for (String line : new String[] {"distinct", "unigram", "bigram", "characters"}) {
            assertThat(ofFile.lines().filter(l -> l.startsWith(line)).toList())
                    .hasSize(1)
                    .isEqualTo(ofText.lines().filter(l -> l.startsWith(line)).toList());
        }
        assertThat(ofFile).contains("checksum as written");
    }

    @Test
    void nanoGptsFilesAreRead() throws IOException {
        String text = Files.readString(TinyRun.text(temp));
        int cut = (int) (0.9 * text.length());
        Path train = bin("train.bin", text.substring(0, cut));
        bin("val.bin", text.substring(cut));
        Path run = temp.resolve("run");
        Tgpt trained = good(TinyRun.train(train, run, "--tokenizer", "gpt2", "--steps", "2"));
        int training = Tokenizers.find("gpt2").encode(text.substring(0, cut)).length;
        int validation = Tokenizers.find("gpt2").encode(text.substring(cut)).length;
        assertThat(trained.out())
                .contains(String.format(Locale.ROOT, "first %,d to train, last %,d to validate", training, validation));
        good("train", "--resume", "--run", run.toString(), "--steps", "3");
        assertThat(good("eval", "--run", run.toString()).out()).contains("validation");
        assertThat(good("data", "stats", train.toString(), "--tokenizer", "gpt2")
                        .out())
                .contains("tokens of 16 bits");
        failed(
                Tgpt.run(TinyRun.train(train, temp.resolve("x"))),
                ExitCode.USAGE,
                "name their tokenizer with --tokenizer gpt2");
        failed(
                Tgpt.run(TinyRun.train(train, temp.resolve("x"), "--tokenizer", "byte")),
                ExitCode.FAILED,
                "outside the tokenizer's vocabulary of 256");
    }

    private Path bin(String name, String text) throws IOException {
        int[] tokens = Tokenizers.find("gpt2").encode(text);
        ByteBuffer bytes = ByteBuffer.allocate(2 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int token : tokens) {
            bytes.putShort((short) token);
        }
        return Files.write(temp.resolve(name), bytes.array());
    }

    @Test
    void wrongUseIsToldBeforeAnythingIsRead() throws IOException {
        Path text = TinyRun.text(temp);
        String out = temp.resolve("o.tok").toString();
        failed(
                Tgpt.run("data", "pack", "--data", text.toString(), "--out", out, "--bits", "8"),
                ExitCode.USAGE,
                "--bits must be 16 or 32, got 8");
        failed(
                Tgpt.run("data", "pack", "--data", text.toString(), "--out", out, "--tokenizer", "bpe:x"),
                ExitCode.USAGE,
                "bpe:N needs the size");
        failed(
                Tgpt.run("data", "pack", "--data", text.toString(), "--out", temp + "/none/o.tok"),
                ExitCode.USAGE,
                "there is no folder");
        failed(Tgpt.run("data", "pack", "--data", "none", "--out", out), ExitCode.FAILED, "no data at 'none'");
        assertThat(temp).isDirectoryNotContaining(file -> file.toString().contains("o.tok"));
    }
}
