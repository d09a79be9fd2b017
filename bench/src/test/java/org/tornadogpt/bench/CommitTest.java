package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommitTest {
    @Test
    void theWorkingFolderMayBeGivenByItsEmptyName() {
        Path here = Path.of("");
        assertThat(Commit.of(here)).isEqualTo(Commit.of(here.toAbsolutePath()));
    }

    @Test
    void aFolderOutsideOfGitHasNone(@TempDir Path folder) {
        assertThat(Commit.of(folder)).isEqualTo(Commit.UNKNOWN);
    }
}
