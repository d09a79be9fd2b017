package org.tornadogpt.trainer.data;

/**
 * How a text is read, and where reading stops.
 *
 * @param keepLineEndings whether carriage returns and byte order marks stay; otherwise every line ends with a line feed
 *     and there are no marks
 * @param hiddenFiles whether files whose names begin with a dot are read, in folders and zips
 * @param maxMegabytes millions of bytes of text, after unpacking
 * @param maxFiles files and folders that are looked at
 * @param maxZipRatio how many times the size of a zip its contents may have
 */
public record TextRules(boolean keepLineEndings, boolean hiddenFiles, int maxMegabytes, int maxFiles, int maxZipRatio) {
    /** What holds where nothing else was asked for. */
    public static final TextRules USUAL = new TextRules(false, false, 1000, 200_000, 100);

    long maxBytes() {
        return 1_000_000L * maxMegabytes;
    }
}
