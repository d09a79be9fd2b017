package org.tornadogpt.trainer.data;

/** Told how far reading has come. May throw, to end it. */
@FunctionalInterface
public interface ReadingListener {
    /** Nobody looks. */
    ReadingListener NONE = (bytes, files) -> {};

    /**
     * Told again and again.
     *
     * @param bytes of text so far
     * @param files whose reading has begun, or that were found
     */
    void read(long bytes, int files);
}
