package org.tornadogpt.kernels.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places activations in arenas so that those never alive together share memory. Largest first, each into the lowest gap
 * that is free over its whole life (the "greedy by size" strategy of Pisarchyk and Lee 2020, arXiv:2001.03288,
 * algorithm 3).
 */
public final class MemoryPlanner {
    /** Placements begin at multiples of this many bytes: a cache line. */
    private static final int ALIGNMENT = 64;

    /** One array to be: it holds numbers of one type, and its size is in elements. */
    private static final class Arena {
        final DType type;
        long size;

        Arena(DType type) {
            this.type = type;
        }

        long bytes() {
            return size * type.bytes();
        }
    }

    /** Where one storage goes. */
    private record Placement(Tensor.Storage storage, int first, int last, Arena arena, long offset) {
        boolean overlapsInTime(Lifetime other) {
            return first <= other.last && other.first <= last;
        }

        long end() {
            return offset + storage.length;
        }
    }

    private static final class Lifetime {
        final Tensor.Storage storage;
        final int first;
        int last;

        Lifetime(Tensor.Storage storage, int node) {
            this.storage = storage;
            first = node;
            last = node;
        }
    }

    private final long arenaLimit;
    private final List<Arena> arenas = new ArrayList<>();
    private final List<Placement> all = new ArrayList<>();

    /** @param arenaLimit most elements in one arena */
    public MemoryPlanner(long arenaLimit) {
        this.arenaLimit = arenaLimit;
    }

    /**
     * Plans one program; every program begins again at the start of the arenas, as no activation outlives its program.
     *
     * @param uses for each step, in order, the tensors that it reads or writes
     */
    public void plan(List<List<Tensor>> uses) {
        Map<Tensor.Storage, Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < uses.size(); i++) {
            for (Tensor tensor : uses.get(i)) {
                extend(lifetimes, tensor, i);
            }
        }
        List<Lifetime> bySize = new ArrayList<>(lifetimes.values());
        bySize.sort(Comparator.comparingLong((Lifetime life) -> life.storage.bytes())
                .reversed());
        List<Placement> placed = new ArrayList<>();
        for (Lifetime life : bySize) {
            placed.add(place(life, placed));
        }
        all.addAll(placed);
    }

    private static void extend(Map<Tensor.Storage, Lifetime> lifetimes, Tensor tensor, int node) {
        if (!tensor.storage().isPlaced()) {
            lifetimes.computeIfAbsent(tensor.storage(), s -> new Lifetime(s, node)).last = node;
        }
    }

    private Placement place(Lifetime life, List<Placement> placed) {
        Tensor.Storage storage = life.storage;
        if (storage.length > arenaLimit) {
            throw new IllegalArgumentException("an activation of " + storage.length
                    + " elements does not fit into one array of at most " + arenaLimit);
        }
        for (int i = 0; ; i++) {
            Arena arena = arena(storage.type, i);
            long offset = lowestGap(life, placed, arena);
            if (offset + storage.length <= arenaLimit) {
                arena.size = Math.max(arena.size, offset + storage.length);
                return new Placement(storage, life.first, life.last, arena, offset);
            }
        }
    }

    /** The {@code i}th arena of a type; the next one after those that there are is a new one. */
    private Arena arena(DType type, int i) {
        return arenas.stream()
                .filter(arena -> arena.type == type)
                .skip(i)
                .findFirst()
                .orElseGet(() -> {
                    Arena added = new Arena(type);
                    arenas.add(added);
                    return added;
                });
    }

    private static long lowestGap(Lifetime life, List<Placement> placed, Arena arena) {
        List<Placement> neighbours = placed.stream()
                .filter(p -> p.arena.equals(arena) && p.overlapsInTime(life))
                .sorted(Comparator.comparingLong(Placement::offset))
                .toList();
        long offset = 0;
        for (Placement p : neighbours) {
            if (offset + life.storage.length <= p.offset) {
                break;
            }
            offset = Math.max(offset, roundUp(p.end(), arena.type));
        }
        return offset;
    }

    private static long roundUp(long elements, DType type) {
        int alignment = ALIGNMENT / type.bytes();
        return (elements + alignment - 1) / alignment * alignment;
    }

    /** Allocates the arenas and gives every planned activation its place. */
    public List<Slice> allocate() {
        Map<Arena, Slice> allocated = new LinkedHashMap<>();
        arenas.forEach(arena -> allocated.put(arena, Slice.allocate(arena.type, (int) arena.size)));
        for (Placement p : all) {
            p.storage.place(allocated.get(p.arena).memory(), (int) p.offset);
        }
        return List.copyOf(allocated.values());
    }

    /** Bytes of the largest arena. */
    public long largestBytes() {
        return arenas.stream().mapToLong(Arena::bytes).max().orElse(0);
    }

    /** Bytes of all arenas together. */
    public long bytes() {
        return arenas.stream().mapToLong(Arena::bytes).sum();
    }
}
