package org.tornadogpt.model.layer;

/** Random streams by name, see {@code PhiloxStream}. */
public final class Streams {
    private static final int FNV_BASIS = 0x811C9DC5;
    private static final int FNV_PRIME = 0x01000193;
    /** Low numbers are left to callers who count their streams. */
    private static final int NAMED = 1 << 30;

    private Streams() {}

    /**
     * A number for {@code name}: its FNV-1a hash (Fowler, Noll and Vo), cut to the upper half of the numbers a stream
     * can have.
     */
    public static int number(String name) {
        int hash = FNV_BASIS;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return NAMED | (hash & (NAMED - 1));
    }
}
