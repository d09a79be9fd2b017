package org.tornadogpt.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankCodesTest {
    @ParameterizedTest
    @CsvSource({"0 0 0, 0", "130 130 130, 130", "130 0 130, 130", "2 2 2, 2", "1 137 1, 1", "130 1 130, 1", "2 130 2, 1"
    })
    void theWorstCounts(String each, int together) throws IOException {
        try (RankCodes codes = new RankCodes(3)) {
            String[] all = each.split(" ", -1);
            for (int rank = 0; rank < all.length; rank++) {
                Files.writeString(codes.folder().resolve(String.valueOf(rank)), all[rank] + "\n");
            }
            assertThat(codes.together()).isEqualTo(OptionalInt.of(together));
        }
    }

    /** Then the launcher knows. */
    @Test
    void ofRanksThatLeftNoneNothingIsKnown() throws IOException, InterruptedException {
        try (RankCodes codes = new RankCodes(2)) {
            assertThat(codes.together()).isEmpty();
            Files.writeString(codes.folder().resolve("0"), "0\n");
            Files.writeString(codes.folder().resolve("1"), "");
            codes.await(40);
            assertThat(codes.together()).isEmpty();
        }
    }

    /** Killed all at once, no rank has said why: somebody else must. */
    @Test
    void ofRanksThatWereKilledNothingIsSaid() throws IOException {
        try (RankCodes codes = new RankCodes(2)) {
            Files.writeString(codes.folder().resolve("0"), "137\n");
            Files.writeString(codes.folder().resolve("1"), "137\n");
            assertThat(codes.together()).isEmpty();
        }
    }

    @Test
    void theFolderGoesWithIt() throws IOException {
        RankCodes codes = new RankCodes(1);
        Files.writeString(codes.folder().resolve("0"), "0\n");
        codes.close();
        assertThat(codes.folder()).doesNotExist();
    }
}
