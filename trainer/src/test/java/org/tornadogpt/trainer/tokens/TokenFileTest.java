package org.tornadogpt.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.model.training.Tokens;
import org.tornadogpt.trainer.data.DataException;

class TokenFileTest {
    private static final Tokenizer ABC = CharTokenizer.of('a', 'b', 'c');

    @TempDir
    private Path temp;

    private Path pack(Tokenizer tokenizer, int bits, int... tokens) throws IOException {
        Path file = temp.resolve("x.tok");
        try (TokenWriter writer = new TokenWriter(file, tokenizer, bits)) {
            writer.add(tokens);
            writer.addCharacters(tokens.length);
            writer.finish();
        }
        return file;
    }

    private static int[] all(Tokens tokens) {
        int[] all = new int[(int) tokens.length()];
        tokens.copy(0, all, 0, all.length);
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void whatIsPackedComesBack(int bits) throws IOException {
        Tokenizer bytes = Tokenizers.find(Tokenizers.BYTE);
        int[] tokens =
                IntStream.range(0, 700_001).map(i -> (i * 7 + i / 13) & 0xFF).toArray();
        TokenFile file = TokenFile.packed(pack(bytes, bits, tokens));
        assertThat(all(file.tokens())).isEqualTo(tokens);
        int[] part = new int[9];
        file.tokens().copy(699_990, part, 2, 5);
        for (int i = 0; i < part.length; i++) {
            assertThat(part[i]).isEqualTo(i < 2 || i >= 7 ? 0 : tokens[699_990 + i - 2]);
        }
        assertThat(file.tokenizer().toJson()).isEqualTo(bytes.toJson());
        assertThat(file.characters()).isEqualTo(tokens.length);
        assertThat(TokenFile.bits(file)).isEqualTo(bits);
        assertThat(TokenFile.kind(file.file().toString())).isEqualTo(TokenFile.Kind.PACKED);
        Checksums.verify(file);
        assertThat(temp.resolve("x.tok.unfinished")).doesNotExist();
    }

    @Test
    void tokensLieWhereNumpyFindsThem() throws IOException {
        byte[] bytes = Files.readAllBytes(pack(ABC, 16, 2, 0, 1));
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int offset = (int) in.getLong(40);
        assertThat(offset % 4096).isZero();
        assertThat(bytes).hasSize(offset + 6);
        assertThat(new int[] {in.getShort(offset), in.getShort(offset + 2), in.getShort(offset + 4)})
                .containsExactly(2, 0, 1);
    }

    @Test
    void whatWasChangedIsNoticed() throws IOException {
        Path file = pack(ABC, 16, 2, 0, 1, 1);
        byte[] good = Files.readAllBytes(file);
        int offset = good.length - 8;
        for (int at : new int[] {8, 12, 17, 25, 30, 41, 50, 90, 127}) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file, bad);
            assertThatThrownBy(() -> TokenFile.packed(file)).isInstanceOf(DataException.class);
        }
        Files.write(file, Arrays.copyOf(good, good.length - 2));
        assertThatThrownBy(() -> TokenFile.packed(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("4 tokens of 16 bits do not fill it");
        byte[] tokenizer = good.clone();
        tokenizer[140] ^= 1;
        Files.write(file, tokenizer);
        assertThatThrownBy(() -> TokenFile.packed(file)).hasMessageContaining("its tokenizer's checksum is another");
        byte[] token = good.clone();
        token[offset] = 1;
        Files.write(file, token);
        assertThatThrownBy(() -> Checksums.verify(TokenFile.packed(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the checksum of its tokens is another");
    }

    @Test
    void tokensOutsideTheVocabularyAreFoundWhenTheyAreRead() throws IOException {
        Path file = Files.write(temp.resolve("train.bin"), new byte[] {1, 0, 3, 0, 2, 0});
        assertThatThrownBy(() -> TokenFile.raw(file, ABC))
                .isInstanceOf(DataException.class)
                .hasMessage("token 1 of " + file + " is 3, outside the tokenizer's vocabulary of 3");
        Path packed = pack(ABC, 32, 2, 0, 1, 1);
        byte[] bytes = Files.readAllBytes(packed);
        bytes[bytes.length - 5] = (byte) 0x80; // the third token becomes a negative number
        Files.write(packed, bytes);
        Tokens tokens = TokenFile.packed(packed).tokens();
        int[] to = new int[4];
        tokens.copy(0, to, 0, 2);
        assertThat(to).containsExactly(2, 0, 0, 0);
        assertThatThrownBy(() -> tokens.copy(1, to, 0, 2))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("token 2 of " + packed + " is 2147483649");
        Path odd = Files.write(temp.resolve("odd.bin"), new byte[3]);
        assertThatThrownBy(() -> TokenFile.raw(odd, ABC)).hasMessageContaining("3 bytes, which 16-bit tokens");
        Files.write(temp.resolve("val.bin"), new byte[4]);
        Files.write(file, new byte[] {1, 0, 2, 0});
        assertThat(TokenFile.raw(file, ABC).validation().length()).isEqualTo(2);
    }
}
